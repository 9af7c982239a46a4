/** A part of the page about what the log proves: an anchor, a title, and text of paragraphs and lists with `code` and **strong** words. */
export type ProvesPart = { id: string; title: string; text: string }

/** The answer of the page in one sentence. */
export const PROVES_LEAD =
  'The record is tamper-evident: whoever changes, drops, inserts or reorders an entry under a signed checkpoint cannot hide it from somebody who kept one. It is no proof that what people recorded is true.'

/**
 * What the log proves and what it does not, how to check it, and what to keep. The page and `docs/what-the-log-proves.md` are both made of this, so that
 * neither promises more than the other.
 */
export const PROVES: readonly ProvesPart[] = [
  {
    id: 'proves',
    title: 'What it proves',
    text: `Every act on the record is an entry: text in one exact form (RFC 8785) that goes into a Merkle tree (RFC 6962). Each second in which something happened, and each hour in which nothing did, the log signs a **checkpoint**: how many entries there are, and one hash over all of them. Checked against checkpoints, the record shows:

- **No entry was changed.** One bit in one entry gives another hash, and the checkpoint does not fit any more.
- **None was dropped, inserted or moved.** Of any two checkpoints the later tree begins with the earlier one, entry by entry.
- **An entry was there.** An inclusion proof of a few hashes leads from one entry to a checkpoint; a receipt carries it, and needs nobody’s leave to be checked.
- **The rules were kept.** The verifier replays them from the entries alone: no sign-off by whoever asked for it, none on anything but the hash that was sealed and live, none after its end, and no deployment called authorised without every signature its sealed version asked for.
- **What was signed is what is shown.** Sealed versions and statements are named in the entries by their SHA-256.
- **Refusals too.** Attempts that were denied are entries like any other.`,
  },
  {
    id: 'does-not',
    title: 'What it does not prove',
    text: `- **That it is true.** It proves that an account said it then: not that the drill took place, or that the tests were good ones.
- **That nobody else held the keyboard.** A stolen password or an unlocked computer signs like its owner. The entry names session, address and how the signer was confirmed; the rest is asking.
- **That nothing happened outside.** What nobody reported is not on the record. Observations and unauthorised deployments narrow that gap; they do not close it.
- **The newest minute.** Until checkpoints leave this server, at most a minute later, somebody with both the database’s superuser and the signing key can drop the newest entries unnoticed. Afterwards not. Audit counts what is not anchored yet.
- **Anything against somebody who holds everything.** Whoever has the database, the signing key, every anchor, the witness and every receipt can write another history. That is why copies belong in many hands.
- **The application itself.** The log keeps what the application recorded. Somebody who changed the running program could have it record something else, in the names of people who use it then.
- **The time, better than its clock.** Times are the database’s. Anchors and witnesses show from outside only that an entry is no younger than they are.
- **What stands beside an entry’s bytes.** The id of an entry and the database’s own second reading of the clock are in no hash. The verifier compares them with the order of each round and with the time in the bytes, and calls what differs by more than an hour; within that, go by the number of the entry and by the bytes.
- **Words that were taken out.** Free text is kept beside the entries under a salted digest. Taking one out, say a password pasted by mistake, is an entry of its own and breaks nothing; what it said can then not be shown.
- **The last second.** An entry gets its place within about a second. Until then it is durable and has no proof yet.`,
  },
  {
    id: 'check',
    title: 'How to check it yourself',
    text: `- **In the browser:** Audit, “Verify again”. Your browser computes every hash and checks every signature itself; it takes this server’s program on trust.
- **Offline, trusting nobody here:** Audit, “Export with proof”. Unpack it and run \`node countersign.mjs verify DIRECTORY --vkey KEY\` on a computer of your own: Node 20 or newer, nothing to install, no network. It ends with 0 (good), 1 (tampered: the first bad entry and both values) or 2 (cannot tell). What a runtime cannot check, such as ML-DSA on Node 20, it calls not checked.
- **With what you kept:** \`--receipt FILE\` for a receipt, \`--anchors FILE\` for checkpoints. One that does not fit the export is evidence, whatever the rest says.
- **With strangers’ tools:** auditors of all systems read the log under its prefix as C2SP tlog-tiles: \`checkpoint\`, \`tile/…\`, \`tile/entries/…\`, with signed notes and \`tlog-proof\` files.
- **The key first.** Have its line (the vkey) from somewhere else than the server you check: a receipt in your mail, release notes on paper, a colleague.`,
  },
  {
    id: 'keep',
    title: 'What to keep, and where',
    text: `A checkpoint that left this server binds it. Each of these is one:

- **The anchor file:** one checkpoint a minute, appended to a file meant for another disk or for storage that is written once.
- **A witness:** \`countersign witness\` on another host or under another user checks each new checkpoint against the one before, remembers it and signs it too. It refuses a second history.
- **Receipts:** everybody who signs can download the proof of their signature. Any mailbox they land in holds an anchor.
- **Release notes and dossiers:** each prints the checkpoint it stands on.`,
  },
  {
    id: 'stops',
    title: 'When the log stops',
    text: `When its sequencer stands still, lags or refuses to sign, every page says so, and \`/ready\` names it. Entries that are durable are never dropped: they get their place once it runs. Past a limit nothing on a production-like profile is sealed, approved, started or opened, because nobody would get a receipt for it; evidence, observations, reports of what happened, declining and withdrawing go on. After a restore from an older backup it refuses to sign until an operator has followed \`docs/restore.md\`, and that is an entry too.`,
  },
]

/** The same as a document, for `docs/what-the-log-proves.md`. */
export function provesDocument(): string {
  const parts = PROVES.map(({ title, text }) => `## ${title}\n\n${text}\n`)
  return `# What the log proves, and what it does not\n\n${PROVES_LEAD}\n\n${parts.join('\n')}`
}
