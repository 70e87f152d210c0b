import Testing

@testable import SegNASHost

@Suite("Comma-separated values")
struct CSVTests {
    @Test(
        "what is written is read back",
        arguments: [
            "", "plain", "a,b", "say \"hi\"", "\"", "\"\"", " spaces ", "two\nlines",
            "two\r\nlines", "\r", "é\u{301}", "\"\u{301}", "1.5", ",", "tab\t",
        ])
    func roundTrip(_ value: String) {
        var table = CSV(header: ["case", value])
        table.append([value, "end"])
        table.append(["x", value])
        #expect(CSV.rows(of: table.text) == [["case", value], [value, "end"], ["x", value]])
    }

    @Test("quotes only where they are needed")
    func text() {
        var table = CSV(header: ["case", "left, upper"])
        table.append(["a \"b\"", "1"])
        #expect(table.text == "case,\"left, upper\"\r\n\"a \"\"b\"\"\",1\r\n")
    }

    @Test("other ends of lines, empty lines and an unfinished row")
    func lenient() {
        #expect(CSV.rows(of: "a,b\n\n1,2\r\n3,4") == [["a", "b"], ["1", "2"]])
        #expect(CSV.rows(of: "a,b\r\n\"1,2\r\n") == [["a", "b"]])
        #expect(CSV.rows(of: "").isEmpty)
    }
}
