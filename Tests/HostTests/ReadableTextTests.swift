import Glibc
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

    @Test(
        "durations that are not known exactly",
        arguments: [
            (0.0...0.0, "0 s"), (12...37, "12 to 37 s"), (50...130, "50 s to 2 min"),
            (720...1200, "12 to 20 min"), (720...725, "12 min"),
            (3600...9000, "60 min to 2 h 30 min"),
        ])
    func ranges(seconds: ClosedRange<Double>, text: String) {
        #expect(duration(seconds) == text)
    }

    @Test("numbers with zeros before them")
    func zeros() {
        #expect(padded(7, to: 4) == "0007" && padded(12345, to: 4) == "12345")
        #expect(padded(UInt64(255), to: 4, radix: 16) == "00ff")
    }
}

@Suite("Numbers and failures in words")
struct WordsTests {
    @Test(
        "decimals",
        arguments: [
            (0.87, 3, "0.870"), (0.8765, 2, "0.88"), (-0.0004, 3, "0.000"), (-1.5, 1, "-1.5"),
            (12.5, 0, "13"), (1234.0, 2, "1234.00"), (0.0, 0, "0"), (.nan, 3, "nan"),
            (.infinity, 1, "inf"), (1e15, 2, "1000000000000000.0"), (0.999_6, 3, "1.000"),
        ] as [(Double, Int, String)])
    func decimals(_ number: Double, _ places: Int, _ text: String) {
        #expect(decimal(number, places) == text)
    }

    @Test(
        "digits in groups of three",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (141_178_800, "141,178,800"),
        ])
    func groups(_ number: Int, _ text: String) {
        #expect(grouped(number) == text)
    }

    @Test(
        "lengths of time",
        arguments: [
            (0.4, "0 s"), (89.4, "89 s"), (90, "2 min"), (720, "12 min"), (5340, "89 min"),
            (5400, "1 h 30 min"), (19_200, "5 h 20 min"),
        ] as [(Double, String)])
    func durations(_ seconds: Double, _ text: String) {
        #expect(duration(seconds) == text)
    }

    @Test("what the system said, in its own words")
    func failures() {
        #expect("\(SystemFailure(code: ENOENT))" == "No such file or directory")
        #expect(SystemFailure(code: ENOENT).isMissingFile)
        #expect(SystemFailure(code: ENOMEM).isOutOfMemory)
        #expect(SystemFailure(code: EEXIST).isExistingFile)
        #expect(!SystemFailure(code: EACCES).isMissingFile)
        errno = EACCES
        #expect(SystemFailure.last == SystemFailure(code: EACCES))
    }
}
