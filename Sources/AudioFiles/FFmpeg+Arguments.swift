import Audio

extension FFmpeg {
    /// What keeps ffmpeg to one container, one stream of audio, one thread, and its standard input and output.
    ///
    /// The input is opened as the file that it is, because a pipe is not sought in, and in most containers something may
    /// stand behind the audio that is needed before it. With `enable_drefs` off, ffmpeg's reader of MP4 opens no second
    /// file. What comes out is WAV, whose header says how many channels there are: they are mixed here, not there.
    static func arguments(for container: AudioContainer) -> [String] {
        let references = container == .mov ? ["-enable_drefs", "0", "-use_absolute_path", "0"] : []
        return ["-nostdin", "-hide_banner", "-loglevel", "error", "-max_alloc", "\(maximumAllocation)"]
            + ["-protocol_whitelist", "file"] + references
            + ["-format_whitelist", container.demuxer, "-codec_whitelist", decoders, "-threads", "1"]
            + ["-f", container.demuxer, "-i", "file:/proc/self/fd/0"]
            + ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-ar", "\(SampleClock.rate)"]
            + ["-threads", "1", "-filter_threads", "1", "-c:a", "pcm_s16le", "-f", "wav", "pipe:1"]
    }

    /// Bytes that ffmpeg may ask for at once; a damaged file can say that it needs any number.
    private static let maximumAllocation = 1 << 28

    /// Decoders of audio that people have; a file with pictures in it must not reach those of pictures.
    private static let decoders = [
        "aac", "aac_latm", "ac3", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "alac", "amrnb", "amrwb", "eac3", "flac",
        "gsm", "gsm_ms", "libopencore_amrnb", "libopencore_amrwb", "libopus", "libvorbis", "mp1", "mp1float", "mp2",
        "mp2float", "mp3", "mp3float", "opus", "pcm_alaw", "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le",
        "pcm_mulaw", "pcm_s16be", "pcm_s16le", "pcm_s24be", "pcm_s24le", "pcm_s32be", "pcm_s32le", "pcm_s8", "pcm_u8",
        "vorbis",
    ].joined(separator: ",")
}
