import SegNASSegmentation
import Testing

@testable import segnas3d

@Suite("Flags")
struct FlagsTests {
    @Test(
        "properties are spelled as flags, and nothing else is changed",
        arguments: [
            ("`batchSize` must be at least 1", "--batch must be at least 1"),
            ("a lower `learningRate`, `gradientClipping` 1", "a lower --learning-rate, --clip 1"),
            ("it`s `folder`", "it`s `folder`"), ("`epochs`", "--epochs"),
            ("``epochs`", "`--epochs"), ("plain", "plain"), ("", ""),
        ])
    func spelled(_ sentence: String, _ expected: String) {
        #expect(Flags.spelled(in: sentence) == expected)
    }

    @Test("every training option has one")
    func all() {
        for (name, _) in TrainingOptions.fields {
            #expect(!Flags.spelled(in: "`\(name)`").contains("`"), "\(name)")
        }
    }
}
