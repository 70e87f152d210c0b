import Testing

@testable import SegNASDatasets

@Suite("Names of files")
struct NameTests {
    @Test(
        "words of a table are taken from the end, or else from the beginning",
        arguments: [
            ("c0_labeledMasks", "c0"), ("P1-label", "P1"), ("P1.seg", "P1"), ("a_seg_mask", "a"),
            ("a_label_map", "a"), ("Ground-Truth_7", "7"), ("label0001", "0001"),
            ("001mask", "001"),
            ("segmentation-0", "0"), ("mask", ""), ("seg_P1_x", "P1_x"),
        ])
    func words(name: String, rest: String) {
        #expect(name.without(NameWords.labels)?.rest == rest)
    }

    @Test(
        "other names have none",
        arguments: ["segment1", "unmasked", "labelled_x", "a", "brainmask"])
    func others(name: String) {
        #expect(name.without(NameWords.labels) == nil)
    }

    @Test(
        "numbers of channels, or of cases",
        arguments: [
            (["a_0000", "a_0001"], ["a"]), (["a_0000", "a_0001", "b_0000"], ["a"]),
            (["a_0000", "b_0000"], []), (["a_0001", "a_0002"], []),
            (["s_0000", "s_0001", "s_0002", "s_0003", "s_0004"], []), (["b_1001", "b_1002"], []),
        ])
    func channels(names: [String], cases: [String]) {
        let images = names.map { ImageFileName(stem: $0, ending: ".nii") }
        #expect(NumberedChannels(images).cases.keys.sorted() == cases)
    }

    @Test(
        "variables in paths",
        arguments: [
            ("$A/x", "/data/x", []), ("${A}/$B", "/data/b c", []), ("x$A", "x/data", []),
            ("$NO/x", "$NO/x", ["NO"]), ("${NO}", "${NO}", ["NO"]), ("~/x", "/home/me/x", []),
            ("a~/x", "a~/x", []), ("$", "$", []), ("${A", "${A", []), ("cost$$A", "cost$/data", []),
        ])
    func variables(written: String, path: String, unset: [String]) {
        let environment = ["A": "/data", "B": "b c", "HOME": "/home/me"]
        let expansion = PathExpansion(written, environment: environment)
        #expect(expansion.path == path && expansion.unset == unset)
    }

    @Test(
        "the name that was meant",
        arguments: [
            ("case7_done", ["case7_new", "case8_new"], "case7_new"), ("a", ["b"], nil),
            ("P1", ["p1"], "p1"), ("x1", ["x2"], nil), ("ab", ["ac", "ad"], nil),
        ] as [(String, [String], String?)])
    func nearest(name: String, names: [String], expected: String?) {
        #expect(NameGuess.nearest(to: name, among: names) == expected)
    }
}
