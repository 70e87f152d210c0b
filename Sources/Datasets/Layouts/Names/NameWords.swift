/// Words in the names of files that say what a file holds, and not of which case it is.
///
/// The one table of such conventions, in lower case: those of nnU-Net, Slicer, ITK-SNAP, BIDS and of public challenges
/// (BraTS, KiTS, LiTS, BTCV, ACDC, HECKTOR).
enum NameWords {
    static let labels: Set<String> = [
        "annotation", "annotations", "contour", "contours", "dseg", "groundtruth", "gt", "label",
        "labeledmask", "labeledmasks", "labelledmask", "labelmap", "labelmask", "labels", "lbl",
        "manualseg", "mask", "masks", "msk", "roi", "seg", "segm", "segmask", "segmentation",
        "segmentations", "truth",
    ]

    static let images: Set<String> = [
        "image", "images", "imaging", "img", "imgs", "input", "orig", "original", "raw", "scan",
        "scans", "vol", "volume", "volumes",
    ]

    /// Names of channels: contrasts of magnetic resonance, and other modalities.
    static let channels: Set<String> = [
        "adc", "cbct", "ct", "ctres", "dwi", "flair", "lge", "mr", "mri", "pd", "pdw", "pet",
        "petres", "pt", "swi", "t1", "t1c", "t1ca", "t1ce", "t1gd", "t1n", "t1post", "t1w", "t2",
        "t2f", "t2flair",
        "t2star", "t2w",
    ]

    /// Names of folders with images, and with label maps.
    static let imageFolders: Set<String> = [
        "image", "images", "imagestr", "img", "imgs", "scan", "scans", "vol", "volume", "volumes",
    ]

    static let labelFolders: Set<String> = [
        "annotation", "annotations", "groundtruth", "ground_truth", "gt", "label", "labels",
        "labelstr", "lbl", "lbls", "mask", "masks", "seg", "segmentation", "segmentations", "segs",
    ]
}

extension String {
    /// The name without such words at its end, or else at its beginning, and the words; nil if it has none.
    ///
    /// `c0_labeledMasks` is `c0`, `label0001` is `0001`, `P1_ground-truth` is `P1`, and `mask` is nothing.
    func without(_ words: Set<String>) -> (rest: String, word: String)? {
        if let ended = withoutLast(words) { return ended }
        // The same from the other side.
        let turned = Set(words.map { String($0.reversed()) })
        return String(reversed()).withoutLast(turned).map {
            (String($0.rest.reversed()), String($0.word.reversed()))
        }
    }

    private func withoutLast(_ words: Set<String>) -> (rest: String, word: String)? {
        var rest = self[...]
        var found: Substring?
        while let word = rest.lastWord(of: words) {
            found = found ?? self[word.startIndex...]
            rest = rest[..<word.startIndex]
            while let last = rest.last, last.isSeparator { rest = rest.dropLast() }
        }
        return found.map { (String(rest), String($0)) }
    }
}

extension Substring {
    /// The word of a set at the end, which may be of two parts as in `label_map`, or stand behind a digit.
    fileprivate func lastWord(of words: Set<String>) -> Substring? {
        let parts = split(omittingEmptySubsequences: true, whereSeparator: \.isSeparator)
        guard let last = parts.last, last.endIndex == endIndex else { return nil }
        if parts.count > 1 {
            let two = self[parts[parts.count - 2].startIndex...]
            if words.contains(two.filter { !$0.isSeparator }.lowercased()) { return two }
        }
        if words.contains(last.lowercased()) { return last }
        guard let digit = last.lastIndex(where: \.isNumber) else { return nil }
        let letters = last[last.index(after: digit)...]
        return words.contains(letters.lowercased()) ? letters : nil
    }
}

extension Character {
    /// True for a character that separates the words of a file's name.
    fileprivate var isSeparator: Bool { "_-. ".contains(self) }
}
