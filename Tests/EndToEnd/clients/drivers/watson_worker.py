"""The two functions with which small voice programs use IBM Watson, where only the base of the address is another.

    watson_worker.py BASE hear FILE
    watson_worker.py BASE speak TEXT VOICE FILE
"""

import sys

import requests


def speech_to_text(base: str, audio: bytes) -> str:
    url = f"{base}/speech-to-text/api/v1/recognize"
    response = requests.post(url, params={"model": "en-US_Multimedia"}, data=audio, timeout=60).json()
    text = "null"
    while response.get("results"):
        text = response["results"].pop()["alternatives"].pop()["transcript"]
    return text


def text_to_speech(base: str, text: str, voice: str) -> bytes:
    url = f"{base}/text-to-speech/api/v1/synthesize?output=output_text.wav"
    if voice not in ("", "default"):
        url += f"&voice={voice}"
    headers = {"Accept": "audio/wav", "Content-Type": "application/json"}
    response = requests.post(url, headers=headers, json={"text": text}, timeout=60)
    assert response.headers["Content-Type"] == "audio/wav", response.text
    return response.content


if __name__ == "__main__":
    base, task, *arguments = sys.argv[1:]
    if task == "hear":
        with open(arguments[0], "rb") as file:
            print(speech_to_text(base, file.read()))
    else:
        text, voice, path = arguments
        with open(path, "wb") as file:
            file.write(text_to_speech(base, text, voice))
