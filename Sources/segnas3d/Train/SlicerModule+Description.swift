internal import SegNASExperiments

extension SlicerModule {
    /// The module for 3D Slicer, in its execution model (ModuleDescription.xsd of SlicerExecutionModel).
    ///
    /// Values of an image are given by its place in the call, `index`, all others by their flags. The schema's order of
    /// elements is kept.
    static let description = """
        <?xml version="1.0" encoding="utf-8"?>
        <executable>
          <category>Segmentation</category>
          <title>segnas3d</title>
          <description>Segments a volume with a model that segnas3d has trained.</description>
          <version>\(Release.version)</version>
          <documentation-url></documentation-url>
          <license>Apache-2.0</license>
          <contributor></contributor>
          <parameters>
            <label>Model</label>
            <description>What segments, and how</description>
            <directory>
              <name>model</name>
              <longflag>--model</longflag>
              <label>Model</label>
              <description>Folder of a model, a run, a cross-validation or a study.</description>
            </directory>
            <string>
              <name>mirror</name>
              <longflag>--mirror</longflag>
              <label>Mirror</label>
              <description>Predict mirrored images too, and take the mean: any of x, y and z, as in xyz.\
         x runs from left to right.</description>
              <default></default>
            </string>
            <string>
              <name>device</name>
              <longflag>--device</longflag>
              <label>Device</label>
              <description>auto, cpu, or a GPU such as cuda:0.</description>
              <default>auto</default>
            </string>
          </parameters>
          <parameters>
            <label>Volumes</label>
            <description>What is read and written</description>
            <image>
              <name>inputVolume</name>
              <label>Input volume</label>
              <channel>input</channel>
              <index>0</index>
              <description>The volume to segment, of a model for one channel.</description>
            </image>
            <image type="label" reference="inputVolume" fileExtensions=".nii.gz">
              <name>outputVolume</name>
              <label>Output label map</label>
              <channel>output</channel>
              <index>1</index>
              <description>The label map, on the grid of the volume.</description>
            </image>
          </parameters>
        </executable>
        """
}
