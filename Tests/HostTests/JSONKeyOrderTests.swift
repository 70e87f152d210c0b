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
        "a key that an object has twice, at whatever depth",
        arguments: [
            (#"{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 2}]}"#, nil),
            (#"{"a": 1, "b": [], "a": {}}"#, "a"),
            (#"[1, [2, {"x": {"y": "y", "y": null}}]]"#, "y"),
            (#"{"a\"b": "{\"x\":1,\"x\":2}", "a\u0022b": 2}"#, "a\"b"),
            (" [ { \"k\" : [ ] , \"l\" : \"]\" } , { \"k\" : 1 } ] ", nil),
            (#"[[], {}, "", -1.5e3, true]"#, nil), ("7", nil),
        ] as [(String, String?)])
    func repeated(_ text: String, _ key: String?) {
        #expect(JSONKeyOrder.repeatedKey(in: text) == key)
    }

    @Test(
        "no object under the key",
        arguments: [#"{"labels": [1]}"#, "{}", "[]", "", "{", #"{"labels""#])
    func none(_ text: String) {
        #expect(JSONKeyOrder.keys(of: "labels", in: text) == nil)
    }
}
