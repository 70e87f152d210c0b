/// The p-values of several tests, each corrected for how many there are.
///
/// Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6:65–70. Of m
/// values in rising order the k-th is multiplied by m − k + 1; none becomes smaller than one before it, or larger than 1.
///
/// - Returns: In the order of the given ones.
func holmCorrected(_ values: [Double]) -> [Double] {
    var corrected = values
    var highest = 0.0
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    for (place, index) in order.enumerated() {
        highest = max(highest, min(1, values[index] * Double(values.count - place)))
        corrected[index] = highest
    }
    return corrected
}
