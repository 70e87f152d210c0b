/// The version of segnas3d.
public enum Release {
    public static let version = "0.1.0"
}
