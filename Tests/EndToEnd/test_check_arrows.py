"""scripts/check-arrows finds what it is there for, in packages made for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from recording import ROOT

MANIFEST = """
// A comment with "a quote and a [bracket.
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let package = Package(
    name: "example",
    products: [.executable(name: "Top", targets: ["Top"])],
    dependencies: [.package(url: "https://example.org/swift-log", exact: "1.0.0")],
    targets: [
        .executableTarget(name: "Top", dependencies: [{top}], swiftSettings: [.treatAllWarnings(as: .error)]),
        .target(name: "Middle", dependencies: [{middle}]),
        .systemLibrary(name: "Bottom"),
        .target(name: "Support", dependencies: ["Middle"], path: "Tests/Support"),
        .testTarget(name: "TopTests", dependencies: ["Top", "Support"]),
    ]
)
"""


@pytest.fixture
def check(tmp_path: Path):
    """Runs the script on a package in which `Top` and `Middle` have these dependencies, and one file this text."""

    def check(
        top: str = '"Middle", log', middle: str = '"Bottom"', file: str = "Sources/Top/Top.swift", text: str = ""
    ) -> tuple[int, str]:
        for folder in ["Sources/Top", "Sources/Middle", "Sources/Bottom", "Tests/Support", "Tests/TopTests"]:
            (tmp_path / folder).mkdir(parents=True)
        (tmp_path / "Package.swift").write_text(MANIFEST.replace("{top}", top).replace("{middle}", middle))
        (tmp_path / file).write_text(text)
        command = [sys.executable, str(ROOT / "scripts" / "check-arrows"), str(tmp_path)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return ended.returncode, ended.stderr

    return check


def test_this_package_is_in_order():
    subprocess.run([str(ROOT / "scripts" / "check-arrows")], timeout=60, check=True)


def test_a_package_in_order_has_nothing_to_say(check):
    assert check(text="import Foundation\npublic import Middle\nimport struct Middle.Value\n") == (0, "")


@pytest.mark.parametrize(
    ("middle", "complaint"),
    [
        ('"Top"', "Middle depends on Top, which does not stand further down in Package.swift"),
        ('"Middle"', "Middle depends on Middle, which does not stand further down in Package.swift"),
        ('.target(name: "Top")', "Middle depends on Top, which does not stand further down in Package.swift"),
        ('"Bottom", "Support"', "Middle depends on Support, which belongs to the tests"),
        ('"Buttom"', "Middle depends on Buttom, which is no target"),
    ],
)
def test_an_arrow_that_points_up_is_found(check, middle, complaint):
    assert check(middle=middle) == (1, complaint + "\n")


@pytest.mark.parametrize(
    "line",
    [
        "import Bottom",
        "public import Bottom",
        "@preconcurrency internal import Bottom",
        "@_spi(Value) import Bottom",
        "import class Bottom.Value",
        "    import Bottom  // inside of a condition",
    ],
)
def test_an_import_that_is_not_declared_is_found(check, line):
    complaint = "Sources/Top/Top.swift:3: imports Bottom, which Top does not declare in Package.swift\n"
    assert check(text=f"import Middle\n\n{line}\n") == (1, complaint)


def test_an_import_of_a_test_is_found_too(check):
    complaint = "Tests/TopTests/Some.swift:1: imports Middle, which TopTests does not declare in Package.swift\n"
    assert check(file="Tests/TopTests/Some.swift", text="@testable import Middle\n") == (1, complaint)


@pytest.mark.parametrize(
    "text", ["// import Bottom\n", "/*\nimport Bottom\n*/\n", 'let text = """\n    import Bottom\n    """\n']
)
def test_comments_and_strings_import_nothing(check, text):
    assert check(text=text) == (0, "")


@pytest.mark.parametrize("middle", ['"Bottom"] + ["Top"', '"Bo" + "ttom"'])
def test_a_manifest_that_it_does_not_know_is_refused(check, middle):
    status, complaint = check(middle=middle)
    assert status == 2
    assert "cannot read" in complaint
