/// How intensities are brought to one scale, channel by channel.
///
/// Outside the image there is 0, the value that convolutions and augmentation pad with too.
public enum IntensityNormalization: String, CaseIterable, Codable, Sendable {
    /// As nnU-Net: `CT` by `ct`, `noNorm` by `none`, `rescale_to_0_1` by `unitRange` and all others by `zScore`.
    case byChannelName
    /// Mean 0 and standard deviation 1 over the image's voxels that are not 0; those of 0 stay 0.
    case zScore
    /// Clipped to percentiles 0.5 and 99.5 of the dataset's labelled voxels, then less their mean and by their deviation.
    case ct
    /// From the image's least value, 0, to its greatest, 1.
    case unitRange
    /// Values as they are.
    case none

    /// The rule for a channel of that name; never `byChannelName`.
    public func rule(for channel: String) -> IntensityNormalization {
        guard self == .byChannelName else { return self }
        return switch channel.lowercased() {
        case "ct": .ct
        case "nonorm": .none
        case "rescale_to_0_1": .unitRange
        default: .zScore
        }
    }
}
