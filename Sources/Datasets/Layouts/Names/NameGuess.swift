/// Which of many names was probably meant by one that is not among them.
enum NameGuess {
    /// The name that shares most letters at its beginning and its end; nil where none or several share as many.
    static func nearest(to name: String, among names: [String]) -> String? {
        let scores = names.map { score(name, $0) }
        guard let best = scores.max(), best > 0, scores.count(where: { $0 == best }) == 1 else {
            return nil
        }
        return scores.firstIndex(of: best).map { names[$0] }
    }

    /// 0 for names with other numbers: these are other cases.
    private static func score(_ first: String, _ second: String) -> Int {
        let first = Array(first.lowercased())
        let second = Array(second.lowercased())
        guard first.filter(\.isNumber) == second.filter(\.isNumber) else { return 0 }
        let shared = zip(first, second).prefix { $0 == $1 }.count
        let ended = zip(first.reversed(), second.reversed()).prefix { $0 == $1 }.count
        return min(shared + ended, first.count, second.count)
    }
}
