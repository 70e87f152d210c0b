internal import SegNASHost

/// A code of what a structure is, PS3.3 section 8.8: a value, the scheme that it belongs to, and its meaning.
struct StructureCode: Hashable {
    var value: String
    var scheme: String
    var meaning: String

    static let anatomicalStructure = StructureCode("123037004", "SCT", "Anatomical Structure")
    static let abnormalStructure = StructureCode(
        "49755003", "SCT", "Morphologically Abnormal Structure")
    static let segmentation = StructureCode("113076", "DCM", "Segmentation")
    static let sourceImage = StructureCode(
        "121322", "DCM", "Source image for image processing operation")

    init(_ value: String, _ scheme: String, _ meaning: String) {
        self.value = value
        self.scheme = scheme
        self.meaning = meaning
    }
}

extension StructureCode {
    /// The category and the type of a structure by its name: a SNOMED CT code where the name is one of these, else a
    /// code of our own with the name as it is shown.
    static func codes(
        of name: String, shown: String
    ) -> (category: StructureCode, type: StructureCode) {
        let words = name.lowercased().split { !$0.isLetter }
        let plain = words.filter { $0 != "left" && $0 != "right" }.joined(separator: " ")
        if let code = anatomical[plain] {
            return (anatomicalStructure, StructureCode(code.0, "SCT", code.1))
        }
        if let code = abnormal[plain] {
            return (abnormalStructure, StructureCode(code.0, "SCT", code.1))
        }
        return (anatomicalStructure, StructureCode(value(of: plain), "99SEGNAS3D", shown))
    }

    /// The same code for the same name in all files: its FNV-1a hash, in 16 characters at most.
    private static func value(of name: String) -> String {
        let hash = name.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return padded(hash, to: 16, radix: 16).uppercased()
    }

    /// Codes and meanings of PS3.16, context groups 7151 and 7159.
    private static let anatomical: [String: (String, String)] = [
        "adrenal gland": ("23451007", "Adrenal gland"), "amygdala": ("4958002", "Amygdala"),
        "aorta": ("15825003", "Aorta"), "bladder": ("89837001", "Bladder"),
        "urinary bladder": ("89837001", "Bladder"), "brain": ("12738006", "Brain"),
        "brain stem": ("119238007", "Brain Stem"), "brainstem": ("119238007", "Brain Stem"),
        "caudate": ("11000004", "Caudate Nucleus"), "cerebellum": ("113305005", "Cerebellum"),
        "colon": ("71854001", "Colon"), "duodenum": ("38848004", "Duodenum"),
        "esophagus": ("32849002", "Esophagus"), "gallbladder": ("28231008", "Gallbladder"),
        "gall bladder": ("28231008", "Gallbladder"), "heart": ("80891009", "Heart"),
        "hippocampus": ("5366008", "Hippocampus"),
        "inferior vena cava": ("64131007", "Inferior vena cava"),
        "kidney": ("64033007", "Kidney"), "liver": ("10200004", "Liver"),
        "lung": ("39607008", "Lung"), "pancreas": ("15776009", "Pancreas"),
        "portal vein": ("32764006", "Portal vein"), "prostate": ("41216001", "Prostate"),
        "putamen": ("89278009", "Putamen"), "rectum": ("34402009", "Rectum"),
        "small intestine": ("30315005", "Small intestine"),
        "spinal cord": ("2748008", "Spinal cord"), "spleen": ("78961009", "Spleen"),
        "stomach": ("69695003", "Stomach"), "thalamus": ("42695009", "Thalamus"),
        "thyroid": ("69748006", "Thyroid"), "trachea": ("44567001", "Trachea"),
        "uterus": ("35039007", "Uterus"),
    ]

    private static let abnormal: [String: (String, String)] = [
        "cyst": ("367643001", "Cyst"), "edema": ("79654002", "Edema"),
        "lesion": ("52988006", "Lesion"), "mass": ("4147007", "Mass"),
        "necrosis": ("6574001", "Necrosis"), "neoplasm": ("108369006", "Neoplasm"),
        "tumor": ("108369006", "Neoplasm"), "tumour": ("108369006", "Neoplasm"),
    ]
}
