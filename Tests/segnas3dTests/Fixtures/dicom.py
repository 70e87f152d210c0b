"""Writes a DICOM series with segmentations of it by highdicom and pydicom, and reads segmentations with highdicom."""

import os
import sys

import highdicom
import numpy
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

SHAPE = (6, 9, 7)  # slices, rows, columns
SPACING = [0.8, 0.9]


def slices(folder):
    """Writes a series with oblique slices."""
    os.makedirs(folder)
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    directions = [0.8, 0.6, 0, 0, 0, -1]
    normal = numpy.cross(directions[:3], directions[3:])
    written = []
    for index in range(SHAPE[0]):
        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = pydicom.uid.MRImageStorage
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        data.SpecificCharacterSet = "ISO_IR 100"
        data.PatientName, data.PatientID, data.PatientBirthDate, data.PatientSex = "Müller^E", "P", "19700101", "F"
        data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = study, series, frame
        data.StudyDate, data.StudyTime, data.StudyID, data.AccessionNumber = "20260101", "120000", "1", "A"
        data.ReferringPhysicianName = data.PositionReferenceIndicator = data.Manufacturer = ""
        data.Modality, data.SeriesNumber, data.InstanceNumber = "MR", 3, index + 1
        data.ImagePositionPatient = [f"{x:.4f}" for x in numpy.array([10, 20, 30]) + normal * index * 1.5]
        data.ImageOrientationPatient, data.PixelSpacing, data.SliceThickness = directions, SPACING, 1.5
        data.Rows, data.Columns, data.SamplesPerPixel = SHAPE[1], SHAPE[2], 1
        data.PhotometricInterpretation, data.ImageType = "MONOCHROME2", ["ORIGINAL", "PRIMARY"]
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
        data.PixelData = numpy.full(SHAPE[1:], index, numpy.uint16).tobytes()
        data.save_as(f"{folder}/{index}.dcm", enforce_file_format=True)
        written.append(data)
    return written


def segmentation(kind, images, labels):
    """A segmentation of two structures by highdicom."""
    described = [
        highdicom.seg.SegmentDescription(
            segment_number=number, segment_label=name, segmented_property_category=codes.SCT.AnatomicalStructure,
            segmented_property_type=codes.SCT.Liver, algorithm_type="MANUAL")
        for number, name in ((1, "first"), (2, "second"))
    ]
    pixels = labels
    if kind == "FRACTIONAL":
        pixels = numpy.stack([labels == 1, labels == 2], -1) * 0.75
    return highdicom.seg.Segmentation(
        images, pixels, kind, described, generate_uid(), 100, generate_uid(), 1, "maker", "model", "1", "1",
        **({"fractional_type": "PROBABILITY"} if kind == "FRACTIONAL" else {}))


def structures(images, labels):
    """A structure set whose contours go around each voxel, which together are the structures."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = pydicom.uid.RTStructureSetStorage
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    data.Modality, data.SeriesInstanceUID = "RTSTRUCT", generate_uid()
    series, study, space = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = images[0].SeriesInstanceUID
    study.RTReferencedSeriesSequence = [series]
    space.FrameOfReferenceUID = images[0].FrameOfReferenceUID
    space.RTReferencedStudySequence = [study]
    data.ReferencedFrameOfReferenceSequence = [space]
    data.StructureSetROISequence, data.ROIContourSequence = [], []
    for number, name in ((1, "first"), (2, "second")):
        region, drawn = Dataset(), Dataset()
        region.ROINumber, region.ROIName = number, name
        drawn.ReferencedROINumber, drawn.ContourSequence = number, []
        for index, row, column in numpy.argwhere(labels == number):
            image = images[index]
            right, down = numpy.array(image.ImageOrientationPatient[:3]), numpy.array(image.ImageOrientationPatient[3:])
            corners = [(-0.4, -0.4), (0.4, -0.4), (0.4, 0.4), (-0.4, 0.4)]
            points = [
                numpy.array(image.ImagePositionPatient, float)
                + right * (column + x) * SPACING[1] + down * (row + y) * SPACING[0] for x, y in corners
            ]
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 4
            contour.ContourData = [f"{value:.4f}" for value in numpy.concatenate(points)]
            drawn.ContourSequence.append(contour)
        data.StructureSetROISequence.append(region)
        data.ROIContourSequence.append(drawn)
    return data


def write(folder):
    images = slices(folder + "/scan")
    labels = numpy.random.default_rng(1).integers(0, 3, SHAPE).astype(numpy.uint8)
    labels[2] = 0  # An empty frame in between.
    labels.tofile(folder + "/labels.raw")
    for kind in ("BINARY", "FRACTIONAL", "LABELMAP"):
        segmentation(kind, images, labels).save_as(f"{folder}/{kind}.dcm")
    # Rows that run the other way, as programs write them that turn their images first.
    flipped = pydicom.dcmread(folder + "/FRACTIONAL.dcm")
    flipped.PixelData = flipped.pixel_array[:, ::-1].tobytes()
    shared = flipped.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence[0]
    down = numpy.array(shared.ImageOrientationPatient[3:], float)
    shared.ImageOrientationPatient = [*shared.ImageOrientationPatient[:3], *(-down)]
    for frame in flipped.PerFrameFunctionalGroupsSequence:
        place = frame.PlanePositionSequence[0]
        moved = numpy.array(place.ImagePositionPatient, float) + down * (SHAPE[1] - 1) * SPACING[0]
        place.ImagePositionPatient = [f"{value:.4f}" for value in moved]
    flipped.save_as(folder + "/flipped.dcm")
    # Sequences of unknown kind, as archives that do not know them write them.
    implicit = pydicom.dcmread(folder + "/BINARY.dcm")
    implicit.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    implicit.save_as(folder + "/implicit.dcm", implicit_vr=True, little_endian=True)
    structures(images, labels).save_as(folder + "/contours.dcm", enforce_file_format=True)


def read(path, scan):
    """Prints names, then the labels slice by slice in the order of instance numbers."""
    found = highdicom.seg.segread(path)
    images = sorted((pydicom.dcmread(f"{scan}/{name}") for name in os.listdir(scan)), key=lambda it: it.InstanceNumber)
    pixels = found.get_pixels_by_source_instance(
        [image.SOPInstanceUID for image in images], combine_segments=True, assert_missing_frames_are_empty=True)
    print(*[found.get_segment_description(number).segment_label for number in found.segment_numbers])
    print(found.PatientName, found.StudyInstanceUID == images[0].StudyInstanceUID)
    print(*pixels.ravel())


{"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
