/// The version of this program, as CHANGELOG.md counts them.
let version = "0.1.0"
