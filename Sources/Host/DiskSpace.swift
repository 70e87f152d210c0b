#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the file system of a folder has left for this user; nil where it does not tell.
package func diskSpace(at folder: String) -> ByteCount? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    let product = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return ByteCount(product.overflow ? .max : product.partialValue)
}
