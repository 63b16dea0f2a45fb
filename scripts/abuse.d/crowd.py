"""Many clients at the same time."""

import threading


def at_once(count, work):
    """Runs `work` on that many threads; gives what each returned, and fails where one did not return."""
    results = []
    threads = [threading.Thread(target=lambda: results.append(work())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == count, "a client failed"
    return results
