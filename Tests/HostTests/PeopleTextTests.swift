import Testing

@testable import SegNASHost

@Suite("Numbers and lists for people")
struct PeopleTextTests {
    @Test(
        "four significant digits, and all of a whole number",
        arguments: [
            (0.0012345, "0.001235"), (0.001, "0.001"), (1234.56, "1235"), (123456, "123456"),
            (32767.4, "32767"), (-1024.4, "-1024"), (12.3456, "12.35"), (0, "0"), (2, "2"),
            (0.5, "0.5"), (1.5e-11, "1.5e-11"), (.infinity, "inf"),
        ])
    func significantDigits(value: Double, text: String) {
        #expect(significant(value) == text)
    }

    @Test("words, and how many more there are")
    func words() {
        #expect(
            ["", "a", "a and b", "a, b and c"]
                == (0..<4).map { listed(["a", "b", "c"].prefix($0).map(\.self)) })
        #expect(some(["a", "b", "c"], limit: 3) == "a, b, c")
        #expect(some(["a", "b", "c", "d"], limit: 2) == "a, b and 2 more")
        #expect(counted(1, "case") == "1 case" && counted(0, "case") == "0 cases")
    }

    @Test("numbers with zeros before them")
    func zeros() {
        #expect(padded(7, to: 4) == "0007" && padded(12345, to: 4) == "12345")
        #expect(padded(UInt64(255), to: 4, radix: 16) == "00ff")
    }
}
