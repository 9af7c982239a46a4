-- CreateTable
CREATE TABLE "TrailRead" (
    "principalId" UUID NOT NULL,
    "filter" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "words" JSONB NOT NULL,
    "reads" INTEGER NOT NULL,
    "actor" JSONB NOT NULL,
    "recordedAt" TIMESTAMPTZ(3),

    CONSTRAINT "TrailRead_pkey" PRIMARY KEY ("principalId","filter","hour")
);

-- CreateTable
CREATE TABLE "TrailExport" (
    "id" UUID NOT NULL,
    "principalId" UUID NOT NULL,
    "format" TEXT NOT NULL,
    "filter" JSONB NOT NULL,
    "systems" TEXT[],
    "everything" BOOLEAN NOT NULL,
    "size" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "TrailExport_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "TrailExport_principalId_createdAt_idx" ON "TrailExport"("principalId", "createdAt" DESC);

-- AddForeignKey
ALTER TABLE "TrailRead" ADD CONSTRAINT "TrailRead_principalId_fkey" FOREIGN KEY ("principalId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrailExport" ADD CONSTRAINT "TrailExport_principalId_fkey" FOREIGN KEY ("principalId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE INDEX trail_read_unrecorded ON "TrailRead" (hour) WHERE "recordedAt" IS NULL;
ALTER TABLE "TrailRead" ADD CONSTRAINT trail_read_counts CHECK (reads > 0 AND hour = date_trunc('hour', hour, 'UTC'));
ALTER TABLE "TrailExport" ADD CONSTRAINT trail_export_format CHECK (format IN ('csv', 'jsonl', 'bundle', 'archive'));
GRANT SELECT, INSERT ON "TrailRead", "TrailExport" TO countersign_app;
GRANT UPDATE (reads, actor, "recordedAt") ON "TrailRead" TO countersign_app;

-- ---------- the transparency log (audit-log.md) ----------
-- How long an event has waited is measured from when it came, not from what a demo record says about its day.
ALTER TABLE audit.pending ADD COLUMN since timestamptz NOT NULL DEFAULT clock_timestamp();

-- Keys that sign checkpoints: from which size of the tree, and until which. Added and retired by the sequencer, each as an event.
CREATE TABLE audit.log_key (
  key_id     text        PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{8}$'),
  vkey       text        NOT NULL UNIQUE,
  kind       text        NOT NULL CHECK (kind IN ('ed25519', 'ml-dsa-44-cosignature')),
  from_size  bigint      NOT NULL CHECK (from_size >= 0),
  added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  until_size bigint      CHECK (until_size >= from_size),
  retired_at timestamptz
);

-- What witnesses said of a checkpoint: the line of their cosignature, beside the log's own note.
CREATE TABLE audit.cosignature (
  tree_size   bigint      NOT NULL REFERENCES audit.checkpoint (tree_size),
  key_id      text        NOT NULL,
  vkey        text        NOT NULL,
  line        text        NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tree_size, key_id)
);

-- Checkpoints that are held outside the database: by the anchor file, by a witness.
CREATE TABLE audit.anchor (
  tree_size bigint      NOT NULL REFERENCES audit.checkpoint (tree_size),
  kind      text        NOT NULL CHECK (kind IN ('file', 'witness')),
  place     text        NOT NULL,
  at        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (tree_size, kind, place)
);
CREATE INDEX anchor_by_time ON audit.anchor (at DESC);

-- Every look at the whole record, and what it found.
CREATE TABLE audit.verification (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tree_size   bigint      NOT NULL,
  root        bytea       NOT NULL,
  outcome     text        NOT NULL CHECK (outcome IN ('intact', 'damaged', 'unknown')),
  first_bad   bigint,
  says        text        NOT NULL
);
CREATE INDEX verification_by_time ON audit.verification (finished_at DESC);

-- The one sequencer that runs, as it says itself; whoever waits for its lock says nothing.
CREATE TABLE audit.sequencer (
  one      boolean     PRIMARY KEY DEFAULT true CHECK (one),
  instance text        NOT NULL,
  state    text        NOT NULL CHECK (state IN ('running', 'refusing', 'stopped')),
  reason   text,
  since    timestamptz NOT NULL DEFAULT clock_timestamp(),
  beat_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Statements about a subject that the log's key signs for others. The sequencer signs what an integrated event names, and nothing else.
CREATE TABLE audit.statement (
  digest       text        PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
  subject_kind text        NOT NULL CHECK (subject_kind IN ('promotion', 'rotation', 'exception')),
  subject_id   text        NOT NULL,
  form         text        NOT NULL CHECK (form IN ('in-toto', 'vsa')),
  payload_type text        NOT NULL,
  payload      text        NOT NULL CHECK (octet_length(payload) BETWEEN 2 AND 1048576),
  asked_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (digest = encode(sha256(convert_to(payload, 'UTF8')), 'hex'))
);
CREATE INDEX statement_by_subject ON audit.statement (subject_kind, subject_id, form, asked_at DESC);
CREATE TABLE audit.statement_signature (
  digest    text        NOT NULL REFERENCES audit.statement (digest),
  key_id    text        NOT NULL,
  signature bytea       NOT NULL,
  signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (digest, key_id)
);

-- Nothing of these is ever changed or deleted, but for the end of a key and what the sequencer says of itself.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['cosignature', 'anchor', 'verification', 'statement', 'statement_signature'] LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', name || '_append_only', name);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER %I', name, name || '_append_only');
  END LOOP;
END $$;

-- Bodies with their salts, as long as they are not redacted: whoever holds a receipt can check the words it says against the digest that was
-- signed. A redaction takes both away, and what nobody holds can then not be guessed (T18, T40).
CREATE OR REPLACE VIEW audit.text_body AS SELECT digest, body, redacted_by_event, salt FROM audit.text;

-- How the log stands, in one look: for decisions that need to know whether it keeps up, for /ready and for every page. Waiting events are
-- counted up to 100,001; more is as bad.
CREATE FUNCTION audit.log_state() RETURNS TABLE (
  size bigint, root bytea, checkpoint_at timestamptz, pending bigint, oldest timestamptz, now timestamptz,
  state text, reason text, since timestamptz, beat_at timestamptz, anchored_size bigint, anchored_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, audit AS $$
  SELECT coalesce(c.tree_size, 0), c.root, c.created_at, p.pending, p.oldest, clock_timestamp(), s.state, s.reason, s.since, s.beat_at, coalesce(a.tree_size, 0), a.at
  FROM (SELECT 1) one
  LEFT JOIN LATERAL (SELECT tree_size, root, created_at FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1) c ON true
  LEFT JOIN LATERAL (SELECT count(*) AS pending, min(since) AS oldest FROM (SELECT since FROM audit.pending LIMIT 100001) w) p ON true
  LEFT JOIN audit.sequencer s ON true
  LEFT JOIN LATERAL (SELECT tree_size, at FROM audit.anchor ORDER BY tree_size DESC LIMIT 1) a ON true
$$;
REVOKE EXECUTE ON FUNCTION audit.log_state() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.log_state() TO countersign_app, countersign_read, countersign_log, countersign_verify;

-- The sequencer puts its own acts on the record like everybody: what it may write of an event is its text.
CREATE POLICY event_append_by_log ON audit.event FOR INSERT TO countersign_log WITH CHECK (payload -> 'subject' ->> 'kind' = 'log');
GRANT INSERT (canonical) ON audit.event TO countersign_log;
GRANT SELECT, INSERT ON audit.log_key, audit.cosignature, audit.anchor, audit.verification, audit.statement_signature TO countersign_log;
GRANT UPDATE (until_size, retired_at) ON audit.log_key TO countersign_log;
GRANT SELECT, INSERT ON audit.sequencer TO countersign_log;
GRANT UPDATE (instance, state, reason, since, beat_at) ON audit.sequencer TO countersign_log;
GRANT SELECT ON audit.statement TO countersign_log;

GRANT SELECT ON audit.log_key, audit.cosignature, audit.anchor, audit.verification, audit.checkpoint, audit.sequencer, audit.statement, audit.statement_signature TO countersign_app, countersign_read;
GRANT INSERT (digest, subject_kind, subject_id, form, payload_type, payload) ON audit.statement TO countersign_app;
GRANT SELECT ON audit.leaf, audit.tile TO countersign_read;
GRANT SELECT ON ALL TABLES IN SCHEMA audit TO countersign_verify;

-- Sealed texts are what signatures name: whoever verifies computes their hashes too.
GRANT USAGE ON SCHEMA public TO countersign_verify;
GRANT SELECT ON "SealedVersion" TO countersign_verify;
