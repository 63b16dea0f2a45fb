import Audio

extension Assistant {
    /// Whether it is time to speak without having been asked; says so once.
    mutating func takeIdleTimeout(at now: Duration) -> Bool {
        guard let deadline = idleDeadline, deadline <= now, current == nil else { return false }
        idleDeadline = nil
        return true
    }

    /// Somebody speaks: silence is no longer waited for.
    mutating func noteSpeech() {
        idleDeadline = nil
        hasHeardSpeech = true
    }

    /// Lets nothing out while it is unclear whether somebody speaks.
    ///
    /// That ends by itself: a client may send no more audio that would tell, as when its microphone is switched off.
    mutating func hold(_ isHeld: Bool, in room: inout ReplyRoom) {
        holdDeadline = isHeld ? room.now + longestHold : nil
        current?.hold(isHeld)
        if !isHeld { advance(in: &room) }
    }

    /// As long as speech takes to interrupt, also when it may be an echo, and half a second for a late network.
    private var longestHold: Duration {
        let interruption = settings.bargeIn * EchoTest.longerBy.numerator / EchoTest.longerBy.denominator
        return .milliseconds(SampleClock.milliseconds(at: SamplePosition(interruption)) + 500)
    }

    /// How long the current response has been heard; `nil` when it has not begun.
    var heard: Duration? {
        guard let message = current?.message else { return nil }
        return PacedSender.duration(of: message.sender.played, message.ledger.rate)
    }

    /// Somebody speaks: the current response ends, and what is still being played counts as heard up to now.
    mutating func interrupt(in room: inout ReplyRoom) {
        idleDeadline = nil
        queued = nil
        spoken.advance(to: room.now)

        // A model that is broken off has to be asked again; else its words are known.
        let isWritten = current?.isGenerating != true
        var plan = current?.isGenerating == true ? plan() : nil
        stop(.cancelled(.turnDetected), in: &room)
        if let cut = spoken.cutOff() {
            room.take(cut)
            if isWritten, !cut.rest.isEmpty {
                plan = self.plan()
                plan?.source = .text(cut.rest)
            }
        }

        interrupted = plan
    }

    /// Goes on with what was interrupted, as nobody had spoken after all.
    mutating func resume(in room: inout ReplyRoom) {
        guard settings.resumes, let plan = interrupted.take(), current == nil else { return }
        begin(plan, awaiting: [], in: &room)
    }

    /// Carries out `response.cancel`; without a name it means the current one.
    mutating func cancel(_ id: String?, eventID: String?, in room: inout ReplyRoom) {
        if let index = beside.firstIndex(where: { $0.plan.id == id }) {
            beside[index].stop(.cancelled(.clientCancelled), in: &room)
            collect(in: &room)
        } else if let current, id == nil || id == current.plan.id {
            stop(.cancelled(.clientCancelled), in: &room)
            if let cut = spoken.cutOff() { room.take(cut) }
        } else {
            let message = "Cancellation failed: no active response found."
            room.refuse(ClientError(.responseCancel, message, eventID: eventID))
        }
    }

    /// Carries out `conversation.item.truncate`: what was not heard has not been said.
    ///
    /// It ends the response whose item this is, and never fails for an item that has been announced.
    mutating func truncate(_ id: String, milliseconds: Int, eventID: String?, in room: inout ReplyRoom) {
        if let message = current?.message, message.place.itemID == id, message.isSpoken {
            var message = message
            message.play(until: room.now)
            if hasHeardSpeech, SpokenMemory.isLateEcho(milliseconds: milliseconds, of: message) {
                room.effects.append(.tell(.truncated(itemID: id, milliseconds: milliseconds)))
                return
            }
            stop(.cancelled(.clientCancelled), in: &room)
        }

        if let cut = spoken.truncate(id, milliseconds: milliseconds) {
            room.take(cut)
            room.effects.append(.tell(.truncated(itemID: id, milliseconds: cut.milliseconds)))
        } else if spoken.isKnown(id) {
            room.effects.append(.tell(.truncated(itemID: id, milliseconds: milliseconds)))
        } else {
            let message = "There is no speech of the assistant in an item '\(id)'. Only that can be truncated."
            room.refuse(ClientError(.itemTruncate, message, param: "item_id", eventID: eventID))
        }
    }

    /// Carries out `output_audio_buffer.clear`: as a truncation where the playback is now.
    mutating func clearOutput(in room: inout ReplyRoom) {
        let id = current?.plan.id
        stop(.cancelled(.clientCancelled), in: &room)
        if let cut = spoken.cutOff() { room.take(cut) }
        room.effects.append(.tell(.outputCleared(responseID: id)))
    }

    /// An item is no longer part of the conversation; the response that speaks it ends.
    mutating func forget(_ id: String, in room: inout ReplyRoom) {
        if current?.message?.place.itemID == id { stop(.cancelled(.clientCancelled), in: &room) }
    }

    /// Ends everything, because the session no longer answers or the client is gone.
    mutating func stopAll(_ status: Reply.Status, in room: inout ReplyRoom) {
        queued = nil
        drafts.drop(in: &room)
        stop(status, in: &room)
        for index in beside.indices { beside[index].stop(status, in: &room) }
        collect(in: &room)
    }

    private mutating func stop(_ status: Reply.Status, in room: inout ReplyRoom) {
        guard var reply = current.take() else { return }
        reply.stop(status, in: &room)
        current = reply
        collect(in: &room)
    }
}

extension ReplyRoom {
    /// What was not heard has not been said: neither here, nor in what is kept beyond the session.
    fileprivate mutating func take(_ cut: SpokenMemory.Cut) {
        conversation.replace(cut.item)
        remember(cut.entry)
    }
}
