import Testing

@testable import StenoServer

@Suite("Secret hash")
struct SecretHashTests {
    @Test(
        "Is SHA-256",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func vectors(secret: String, expected: String) {
        let hash = SecretHash(secret)
        let digits = (0..<32).map { String(hash.bytes[$0] >> 4, radix: 16) + String(hash.bytes[$0] & 15, radix: 16) }
        #expect(digits.joined() == expected)
    }

    @Test("Differs from one in which any single bit is another", arguments: 0..<32)
    func everyBit(index: Int) {
        let hash = SecretHash("a secret")
        #expect(hash == SecretHash("a secret"))
        for bit in 0..<8 {
            var bytes = hash.bytes
            bytes[index] ^= 1 << bit
            let other = unsafeBitCast(bytes, to: SecretHash.self)
            #expect(other != hash)
        }
    }
}
