// What can go wrong, in words that say what to do.

export class Problem extends Error {
  constructor(message, code = "problem") {
    super(message);
    this.code = code;
  }

  static insecure() {
    return new Problem(
      "Browsers give the microphone only to pages that come from this machine or over https. Open this page as " +
        "http://127.0.0.1 on the server's own machine, or put https before the server. Recordings and typing work anyway.",
      "insecure",
    );
  }

  // Of an error of getUserMedia.
  static microphone(error) {
    switch (error.name) {
      case "NotAllowedError":
      case "SecurityError":
        return new Problem(
          "The browser does not let this page use the microphone. Allow it in the browser's settings for this page, then try again.",
          "permission",
        );
      case "NotFoundError":
      case "OverconstrainedError":
        return new Problem("There is no microphone. Connect one and try again, or open a recording.", "none");
      case "NotReadableError":
      case "AbortError":
        return new Problem("The microphone cannot be used. Another program may have it; close that and try again.", "taken");
      default:
        return new Problem(`The microphone cannot be used (${error.name}).`, "microphone");
    }
  }

  // Of the code with which the server closed a WebSocket.
  static closed(code) {
    switch (code) {
      case 1001: return new Problem("The server is stopping. Try again when it is back.", "stopping");
      case 1008: return new Problem("The server ended the session, as this page did not keep up with it.", "slow");
      case 1009: return new Problem("The server ended the session, as a message was too large for it.", "large");
      case 1013: return new Problem("The server is busy: all its sessions are taken. Try again in a moment.", "busy");
      default: return new Problem("The connection to the server was lost. Check that it runs, then try again.", "lost");
    }
  }
}
