import ArgumentParser
import Foundation
import Models
import Settings

/// `steno models`: what there is of models, here and elsewhere.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, fetch, check and remove models of the embedded engine.",
        discussion: """
            Models lie in MODELS_DIR, or else in models, here or above the executable, or in ~/.cache/steno/models. \
            MODELS_SOURCE names a mirror, MODELS_OFFLINE=1 forbids to fetch, and MODELS_CATALOGUE names a file with \
            models of your own. These settings come from the environment or from a file .env.

            Exit status: 0 if all went well, 1 if not, 64 for a mistake in the command.
            """,
        subcommands: [List.self, Pull.self, Verify.self, Remove.self, Path.self]
    )

    static var library: ModelLibrary {
        get throws {
            let values = try SettingOptions([]).values(file: try SettingOptions.file)
            return try ModelLibrary(settings: try ServerSettings(reading: values, only: [.models]).models)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the models of the catalogue.",
            discussion: """
                Speed is processor seconds for a second of speech. A dash stands for what nobody has measured. A model \
                that is unpinned has no known SHA-256, and pull takes it only with --unpinned.
                """
        )

        @Flag(help: "Print a JSON array with all that is known.")
        var json = false

        func run() async throws {
            let library = try ModelsCommand.library
            let rows = library.catalogue.entries.map { ($0, library.store.path(of: $0.name)) }
            if json {
                print(try ModelListing(rows: rows).text)
            } else {
                print(ModelTable(rows: rows, source: library.source).lines.joined(separator: "\n"))
            }
        }
    }

    struct Pull: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch a model.",
            discussion: "A download that breaks off is kept, and the next one goes on there."
        )

        @Argument(help: "A name of the list.")
        var name: String

        @Flag(help: "Take a model whose SHA-256 is not known, and record the one that it has.")
        var unpinned = false

        func run() async throws {
            let library = try ModelsCommand.library
            let entry = try library.catalogue.entry(named: name)
            if library.isOffline, library.store.path(of: name) == nil {
                throw ModelError.offline(name: name, path: library.store.intendedPath(of: name))
            }
            let printer = PullPrinter(name: name)
            defer { printer.end() }
            print(try await library.pull(entry, allowsUnpinned: unpinned).run { printer.show($0) })
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the files of a model, or of all that are there, with their SHA-256."
        )

        @Argument(help: "A name of the list.")
        var name: String?

        func run() async throws {
            let library = try ModelsCommand.library
            var entries = library.catalogue.entries.filter { library.store.path(of: $0.name) != nil }
            if let name { entries = [try library.catalogue.entry(named: name)] }
            var isRight = true
            for entry in entries {
                let faults = try library.store.verify(entry)
                if faults == [] { print("\(entry.name): as expected") }
                if faults == nil { print("\(entry.name): nothing to compare with, since it was put there by hand") }
                for fault in faults ?? [] { print("\(entry.name): \(fault)") }
                isRight = isRight && faults?.isEmpty != false
            }

            if !isRight { throw ExitCode.failure }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a model, and what is left of its download.")

        @Argument(help: "A name of the list.")
        var name: String

        func run() async throws {
            let library = try ModelsCommand.library
            print("Removed \(try library.store.remove(library.catalogue.entry(named: name)))")
        }
    }

    struct Path: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the folder of a model that is there.")

        @Argument(help: "A name of the list.")
        var name: String

        func run() async throws {
            let library = try ModelsCommand.library
            let entry = try library.catalogue.entry(named: name)
            guard let path = library.store.path(of: entry.name) else { throw ModelError.notInstalled(name: name) }
            print(path)
        }
    }
}

/// The catalogue as JSON: each entry as the catalogue has it, and the folder where it is.
private struct ModelListing: Encodable {
    struct Model: Encodable {
        let entry: CatalogueEntry
        let path: String?

        enum CodingKeys: CodingKey { case path }

        func encode(to encoder: any Encoder) throws {
            try entry.encode(to: encoder)
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(path, forKey: .path)
        }
    }

    private let models: [Model]

    init(rows: [ModelTable.Row]) { models = rows.map(Model.init) }

    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(models), as: UTF8.self)
        }
    }
}
