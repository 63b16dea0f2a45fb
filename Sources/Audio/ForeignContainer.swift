/// Audio that is packed in a way that a stream of samples cannot be, and what else is sent by mistake.
public enum ForeignContainer: String, CaseIterable, Sendable {
    case webM = "WebM or Matroska"
    case ogg = "Ogg"
    case mp4 = "MP4"
    case flac = "FLAC"
    case mp3 = "MP3"
    case caf = "CAF"
    case aiff = "AIFF"
    case au = "AU"
    case amr = "AMR"
    case asf = "Windows Media"
    case json = "JSON text"
}
