import Testing

@testable import SegNASHost

@Suite("Order of keys in JSON")
struct JSONKeyOrderTests {
    @Test(
        "keys come in the order of the text",
        arguments: [
            (#"{"labels": {"b": 1, "a": [1, 2], "c": {"d": 1}}}"#, ["b", "a", "c"]),
            (#"{"x": {"labels": {"y": 1}}, "labels":{"z":"}","w":"{\"labels\"\\"}}"#, ["z", "w"]),
            (
                " {\n \"a\" : [ {\"labels\": 1} , \"]\" ] ,\t\"labels\"\r\n: { \"k\" : null } } ",
                ["k"]
            ),
            (#"{"labels": {"a\"bé": 1, "ü": -1.5e3, "": true}}"#, ["a\"bé", "ü", ""]),
            (#"{"labels": {}}"#, []),
        ])
    func order(_ text: String, _ keys: [String]) {
        #expect(JSONKeyOrder.keys(of: "labels", in: text) == keys)
    }

    @Test(
        "no object under the key",
        arguments: [#"{"labels": [1]}"#, "{}", "[]", "", "{", #"{"labels""#])
    func none(_ text: String) {
        #expect(JSONKeyOrder.keys(of: "labels", in: text) == nil)
    }
}
