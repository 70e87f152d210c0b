/// The colours of the figures, on light and on dark paper.
///
/// The hues are those of Okabe & Ito, which colour-blind readers tell apart, darkened or lightened until texts in
/// them stand out from the paper with a contrast of at least 4.5 to 1.
enum Colour: String, CaseIterable, Sendable {
    case paper
    case ink
    case muted
    case line
    case panel
    case blue
    case green
    case vermillion
    case purple
    case encoder
    case bottom
    case decoder
    case head

    var light: String {
        switch self {
        case .paper: "#ffffff"
        case .ink: "#1b1f24"
        case .muted: "#59636e"
        case .line: "#8c959f"
        case .panel: "#f6f8fa"
        case .blue: "#0067a3"
        case .green: "#007a5a"
        case .vermillion: "#b84a00"
        case .purple: "#9c3d74"
        case .encoder: "#e3f0fa"
        case .bottom: "#fdf1d8"
        case .decoder: "#e0f3ec"
        case .head: "#f8e8f1"
        }
    }

    var dark: String {
        switch self {
        case .paper: "#0d1117"
        case .ink: "#e6edf3"
        case .muted: "#9ba5b0"
        case .line: "#6e7681"
        case .panel: "#161b22"
        case .blue: "#56b4e9"
        case .green: "#2cc69a"
        case .vermillion: "#ff9a5c"
        case .purple: "#e59cc4"
        case .encoder: "#10263a"
        case .bottom: "#33270d"
        case .decoder: "#0d2b22"
        case .head: "#331a29"
        }
    }
}
