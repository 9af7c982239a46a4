"""A second verifier of exports, for the tests: Python's standard library alone, written from the specifications and not from the other one.

Reads directories of the form countersign-export/1 and prints, for each, one line of JSON: outcome, firstBad, size and what was found. RFC 6962 for the
tree, C2SP for notes, checkpoints, tiles and bundles, RFC 8032 for Ed25519. It replays no rules, and does not know ML-DSA.
"""
import base64, hashlib, json, os, re, sys
from datetime import datetime

W = 256
sha = lambda b: hashlib.sha256(b).digest()
leaf_hash = lambda b: sha(b"\0" + b)
node = lambda l, r: sha(b"\1" + l + r)
HASH = re.compile(r"[0-9a-f]{64}\Z")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
AT = re.compile(rb',"at":"(.{23}Z)","before":')

# ---- Ed25519 (RFC 8032, 5.1.7), in extended coordinates ----
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(k, p):
    q = (0, 1, 1, 0)
    while k:
        if k & 1:
            q = add(q, p)
        p, k = add(p, p), k >> 1
    return q


def point(b):
    y = int.from_bytes(b, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - xx) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
checked = {}


def signed(key, message, sig):
    memo = (key, message, sig)
    if memo not in checked:
        a, r, s = point(key), point(sig[:32]), int.from_bytes(sig[32:], "little")
        ok = a is not None and r is not None and s < L
        if ok:
            h = int.from_bytes(hashlib.sha512(sig[:32] + key + message).digest(), "little") % L
            u, v = times(s, BASE), add(r, times(h, a))
            ok = (u[0] * v[2] - v[0] * u[2]) % P == 0 and (u[1] * v[2] - v[1] * u[2]) % P == 0
        checked[memo] = ok
    return checked[memo]


# ---- formats ----
def b64(text):
    try:
        b = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return b if base64.b64encode(b).decode() == text else None


def key_of(vkey):
    m = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", vkey)
    typed = b64(m[3]) if m else None
    if not typed or typed[0] != 1 or len(typed) != 33 or sha(m[1].encode() + b"\n" + typed)[:4].hex() != m[2]:
        return None
    return m[1], bytes.fromhex(m[2]), typed[1:]


def checkpoint_of(note):
    """(origin, size, root, text, [(name, key id, signature)]), or None for what is no signed checkpoint."""
    at = note.rfind("\n\n")
    if at < 0 or not note.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", note):
        return None
    lines = []
    for line in note[at + 2 : -1].split("\n"):
        m = re.fullmatch(r"\u2014 (\S+) (\S+)", line)
        b = b64(m[2]) if m else None
        if b is None or len(b) < 5:
            return None
        lines.append((m[1], b[:4], b[4:]))
    text = note[: at + 1]
    m = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n", text)
    root = b64(m[3]) if m else None
    if root is None or len(root) != 32 or int(m[2]) > 2**53 - 1:
        return None
    return m[1], int(m[2]), root, text, lines


def tile_path(level, index, width):
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return f"tile/{level}/" + "/".join(["x" + p for p in parts[:-1]] + parts[-1:]) + ("" if width == W else f".p/{width}")


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def rows(path):
    lines = (read(path) or b"").decode("utf-8", "replace").split("\n")
    for line in lines if lines[-1] else lines[:-1]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        yield row if isinstance(row, dict) else {}


count = lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 <= v < 2**53
words = lambda v: v if isinstance(v, str) else None


class Tree:
    """A growing tree: the roots of its perfect subtrees, and the hashes of each tile level above the leaves."""

    def __init__(self, stack=(), levels=()):
        self.size, self.stack, self.levels = 0, list(stack), [list(l) for l in levels]

    def copy(self):
        other = Tree(self.stack, self.levels)
        other.size = self.size
        return other

    def append(self, h):
        n, level = self.size, 0
        while n & 1:
            h, n, level = node(self.stack.pop(), h), n >> 1, level + 1
            if level % 8 == 0:
                while len(self.levels) < level // 8:
                    self.levels.append([])
                self.levels[level // 8 - 1].append(h)
        self.stack.append(h)
        self.size += 1

    def root(self):
        r = None
        for h in reversed(self.stack):
            r = h if r is None else node(h, r)
        return sha(b"") if r is None else r


def verify(directory):
    at = lambda path: os.path.join(directory, path)
    found = []
    bad = lambda check, index: found.append((check, index))
    about = json.loads(read(at("export.json")) or b"null")
    if not about or about.get("format") != "countersign-export/1":
        return {"outcome": "unknown", "firstBad": None, "size": 0, "found": []}
    origin, size = about["origin"], about["size"]
    keys = [k for k in map(key_of, about["vkeys"]) if k and k[0] == origin]
    filtered = about["filter"] is not None

    facts = {}
    for row in rows(at("facts.jsonl")):
        if count(row.get("index")):
            facts.setdefault(row["index"], row)

    notes, last = [], 0
    for row in rows(at("checkpoints.jsonl")):
        good = count(row.get("size")) and words(row.get("note")) is not None
        notes.append((row["size"], row["note"]) if good else (last, ""))
        last = row["size"] if good else last
    notes.append((size, (read(at("checkpoint")) or b"").decode("utf-8", "replace")))
    notes.reverse()

    recorded, computed, covered = Tree(), None, 0

    def behind(upto):
        entry = min((i for check, i in found if check in ("leaf", "tile", "order") and i is not None and i < upto), default=0)
        return max(0, min(max(covered, entry), upto - 1))

    def take(said, note):
        nonlocal covered
        index = max(0, min(covered, size - 1))
        says = checkpoint_of(note)
        if not says or says[1] != said or says[0] != origin or said != recorded.size:
            return bad("checkpoint", index)
        roots = [t.root() for t in (recorded, computed) if t]
        if says[2] in roots:
            covered = said
        else:
            bad("checkpoint", behind(said))
        mine = [(k, s) for k in keys for s in says[4] if s[0] == k[0] and s[1] == k[1]]
        states = [len(s[2]) == 64 and signed(k[2], says[3].encode(), s[2]) for k, s in mine]
        if keys and (not states or not all(states)):
            bad("signature", index)

    named_texts, named_seals, redactions = {}, {}, set()

    def event(index, data):
        try:
            e = json.loads(data.decode("utf-8"))
            after, subject, action = e.get("after") or {}, e["subject"], e["action"]
            texts = [d for d in (e.get("text"), after.get("reason"), after.get("remediation")) if isinstance(d, str) and HASH.match(d)]
            seal = after.get("hash") if action == "release_notes.sealed" else e.get("dossier") if action in SEALS else None
            version = subject.get("kind"), subject.get("id"), subject.get("version")
        except (ValueError, TypeError, KeyError, AttributeError):
            return bad("rule", index)
        for d in texts:
            named_texts.setdefault(d, index)
        if action == "text.redacted" and index in facts:
            redactions.add(facts[index].get("id"))
        if e.get("outcome") == "done" and isinstance(seal, str):
            named_seals.setdefault(seal, (index, version))

    texts_by_index = {r["index"]: r["canonical"].encode() for r in rows(at("entries.jsonl")) if count(r.get("index"))} if filtered else {}
    ids, round_ = {}, []

    def placed(index, key):
        """Within a round, entries stand in the order of their times and ids; one that does not is told from its neighbour by the one before both."""
        if round_ and key < round_[-1][0]:
            this = len(round_) > 1 and key < round_[-2][0]
            bad("order", index if this else round_[-1][1])
            if this:
                return
            round_.pop()
        round_.append((key, index))

    def timed(index, recorded_at, data):
        said = AT.search(data)
        try:
            if said and abs((datetime.fromisoformat(recorded_at[:23] + "+00:00") - datetime.fromisoformat(said[1].decode()[:23] + "+00:00")).total_seconds()) > 3600:
                bad("order", index)
        except ValueError:
            pass

    while notes and notes[-1][0] <= 0:
        take(*notes.pop())
    for start in range(0, size, W):
        width = min(W, size - start)
        tile = read(at(tile_path(0, start // W, width))) or b""
        if len(tile) != width * 32:
            bad("tile", min(start + min(width, len(tile) // 32), size - 1))
        bundle, entries, pos = read(at(tile_path("entries", start // W, width))) or b"", [], 0
        while pos + 2 <= len(bundle) and pos + 2 + int.from_bytes(bundle[pos : pos + 2], "big") <= len(bundle):
            end = pos + 2 + int.from_bytes(bundle[pos : pos + 2], "big")
            entries.append(bundle[pos + 2 : end])
            pos = end
        if len(entries) > width and not filtered:
            bad("order", start + width)
        for i in range(start, start + width):
            stored = tile[(i - start) * 32 : (i - start) * 32 + 32]
            stored = stored if len(stored) == 32 else None
            fact = facts.get(i)
            kept = bytes.fromhex(fact["leaf"]) if fact and isinstance(fact.get("leaf"), str) and HASH.match(fact["leaf"]) else None
            data = texts_by_index.get(i) if filtered else entries[i - start] if i - start < len(entries) else None
            if data is None and not filtered:
                bad("order", i)
            elif kept is None and not filtered:
                bad("leaf", i)
            if fact and isinstance(fact.get("id"), str) and ids.setdefault(fact["id"], i) != i:
                bad("order", i)
            if fact and INSTANT.match(words(fact.get("recordedAt")) or "") and isinstance(fact.get("id"), str) and (filtered or data is not None):
                if data is not None:
                    timed(i, fact["recordedAt"], data)
                placed(i, f'{fact["recordedAt"]} {fact["id"]}')
            ours = leaf_hash(data) if data is not None else None
            if ours and (stored and stored != ours or kept and kept != ours):
                bad("leaf", i)
            if not ours and stored and kept and stored != kept:
                bad("leaf", i)
            chosen = stored or kept or ours or bytes(32)
            if ours and ours != chosen and computed is None:
                computed = recorded.copy()
            recorded.append(chosen)
            if computed:
                computed.append(ours or chosen)
            if data is not None:
                event(i, data)
            while notes and notes[-1][0] <= recorded.size:
                round_.clear()
                take(*notes.pop())
    while notes:
        take(*notes.pop())
    for level, hashes in enumerate(recorded.levels, 1):
        others = computed.levels[level - 1] if computed else hashes
        for start in range(0, len(hashes), W):
            width, each = min(W, len(hashes) - start), W**level
            tile = read(at(tile_path(level, start // W, width))) or b""
            if len(tile) != width * 32:
                bad("tile", min((start + min(width, len(tile) // 32)) * each, size - 1))
            for i in range(min(width, len(tile) // 32)):
                if tile[i * 32 : i * 32 + 32] not in (hashes[start + i], others[start + i]):
                    bad("tile", (start + i) * each)
    roots = [t.root().hex() for t in (recorded, computed) if t]
    if about["root"] not in roots:
        bad("checkpoint", behind(size))
    counts = about.get("counts")
    if counts and counts["leaves"] != size:
        bad("count", min(size, counts["leaves"]))
    if counts and counts["events"] != counts["leaves"] + counts["pending"]:
        bad("count", None)

    for row in rows(at("texts.jsonl")):
        digest, salt, body, by = (words(row.get(k)) for k in ("digest", "salt", "body", "redactedBy"))
        if digest is None:
            continue
        index = named_texts.pop(digest, None)
        if body is not None and salt is not None:
            if sha(f"{salt}\n{body}".encode("utf-8", "replace")).hex() != digest:
                bad("text", index)
        elif by is None or by not in redactions and not filtered and not (counts and counts["pending"]):
            bad("text", index)
    found += [("text", index) for index in named_texts.values()]
    seen = set()
    for row in rows(at("sealed.jsonl")):
        digest, canonical, version = words(row.get("hash")), words(row.get("canonical")), (row.get("subject"), row.get("subjectId"), row.get("number"))
        if digest is None or canonical is None or not isinstance(version[0], str) or not isinstance(version[1], str) or not count(version[2]):
            continue
        seen.add(digest)
        if sha(canonical.encode("utf-8", "replace")).hex() != digest or digest in named_seals and named_seals[digest][1] != version:
            bad("sealed", named_seals.get(digest, (None,))[0])
    found += [("sealed", index) for digest, (index, _) in named_seals.items() if digest not in seen]

    first = min((index for _, index in found if index is not None), default=None)
    outcome = "tampered" if found else "good" if keys and size else "unknown"
    return {"outcome": outcome, "firstBad": first, "size": size, "found": sorted({check for check, _ in found})}


SEALS = {"promotion.sealed", "rotation.planned", "fallback.requested", "fallback.extension_asked", "exception.filed", "exception.extension_asked"}

if __name__ == "__main__":
    for path in sys.argv[1:] or map(str.strip, sys.stdin):
        print(json.dumps(verify(path)), flush=True)
