-- What Prisma cannot say: checks, partial unique indexes, the audit schema, and who may do what.

-- ---------- constraints that back the rules (T02, T07) ----------
ALTER TABLE "PolicyVersion" ADD CONSTRAINT policy_status CHECK (status IN ('active', 'superseded'));
CREATE UNIQUE INDEX policy_one_active ON "PolicyVersion" ("systemId") WHERE status = 'active';

ALTER TABLE "Promotion" ADD CONSTRAINT promotion_status CHECK (status IN ('open', 'deployed', 'failed', 'withdrawn', 'superseded', 'rolled_back'));
ALTER TABLE "Promotion" ADD CONSTRAINT promotion_window CHECK ("windowStartsAt" IS NULL OR "windowEndsAt" > "windowStartsAt");
-- One open promotion of a release to a profile: two dossiers for one decision would let the weaker one win.
CREATE UNIQUE INDEX promotion_one_open ON "Promotion" ("releaseId", "toKey") WHERE status = 'open';

ALTER TABLE "SealedVersion" ADD CONSTRAINT sealed_ended CHECK (("endedAt" IS NULL) = ("endedBy" IS NULL));
CREATE UNIQUE INDEX sealed_one_live ON "SealedVersion" (subject, "subjectId") WHERE "endedAt" IS NULL;

ALTER TABLE "SignOff" ADD CONSTRAINT sign_off_not_by_requester CHECK ("signerId" <> "requesterId");
ALTER TABLE "SignOff" ADD CONSTRAINT sign_off_decision CHECK (decision IN ('approve', 'decline'));
CREATE UNIQUE INDEX sign_off_one_a_slot ON "SignOff" ("sealedVersionId", "slotKey") WHERE "withdrawnAt" IS NULL;
CREATE UNIQUE INDEX sign_off_one_a_person ON "SignOff" ("sealedVersionId", "signerId") WHERE "withdrawnAt" IS NULL;

ALTER TABLE "Deployment" ADD CONSTRAINT deployment_status CHECK (status IN ('started', 'succeeded', 'failed', 'rolled_back'));
-- One deployment at a time on a profile.
CREATE UNIQUE INDEX deployment_one_running ON "Deployment" ("systemId", "profileKey") WHERE status = 'started';

ALTER TABLE "Principal" ADD CONSTRAINT principal_kind CHECK (kind IN ('person', 'token', 'agent'));
ALTER TABLE "RoleGrant" ADD CONSTRAINT grant_interval CHECK ("endsAt" IS NULL OR "endsAt" >= "startsAt");
ALTER TABLE "Evidence" ADD CONSTRAINT evidence_verdict CHECK (verdict IN ('pass', 'fail'));

-- ---------- the audit schema (audit-log.md, sections 1 to 3) ----------
CREATE SCHEMA audit;

-- A generated column needs an immutable function; convert_to alone is refused. The database is UTF8, so the wrapper is honest.
CREATE FUNCTION audit.leaf_hash(t text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT sha256('\x00'::bytea || convert_to(t, 'UTF8')) $$;

CREATE TABLE audit.event (
  id           uuid        NOT NULL DEFAULT gen_random_uuid(),
  canonical    text        NOT NULL CHECK (octet_length(canonical) BETWEEN 2 AND 16384),
  leaf_hash    bytea       GENERATED ALWAYS AS (audit.leaf_hash(canonical)) STORED,
  payload      jsonb       GENERATED ALWAYS AS (canonical::jsonb) STORED,
  action       text        NOT NULL GENERATED ALWAYS AS ((canonical::jsonb) ->> 'action') STORED,
  system_id    text        GENERATED ALWAYS AS ((canonical::jsonb) ->> 'system') STORED,
  actor_id     text        GENERATED ALWAYS AS ((canonical::jsonb) -> 'actor' ->> 'id') STORED,
  subject_kind text        NOT NULL GENERATED ALWAYS AS ((canonical::jsonb) -> 'subject' ->> 'kind') STORED,
  subject_id   text        NOT NULL GENERATED ALWAYS AS ((canonical::jsonb) -> 'subject' ->> 'id') STORED,
  recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  xid          xid8        NOT NULL DEFAULT pg_current_xact_id(),
  db_role      name        NOT NULL DEFAULT session_user,
  PRIMARY KEY (recorded_at, id)
) PARTITION BY RANGE (recorded_at);

CREATE TABLE audit.pending    (id uuid PRIMARY KEY, recorded_at timestamptz NOT NULL);
CREATE TABLE audit.leaf       (seq bigint PRIMARY KEY, event_id uuid NOT NULL UNIQUE, event_at timestamptz NOT NULL, leaf_hash bytea NOT NULL);
CREATE TABLE audit.tile       (level smallint, idx bigint, hashes bytea NOT NULL, PRIMARY KEY (level, idx));
CREATE TABLE audit.checkpoint (tree_size bigint PRIMARY KEY, root bytea NOT NULL, note text NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE audit.text       (digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'), salt text, body text, redacted_by_event uuid);

CREATE INDEX event_by_system  ON audit.event (system_id, recorded_at DESC, id DESC);
CREATE INDEX event_by_actor   ON audit.event (actor_id, recorded_at DESC, id DESC);
CREATE INDEX event_by_subject ON audit.event (subject_kind, subject_id, recorded_at DESC, id DESC);
CREATE INDEX event_by_action  ON audit.event (action, recorded_at DESC, id DESC);
CREATE INDEX event_by_id      ON audit.event (id);
CREATE INDEX event_by_leaf    ON audit.event (leaf_hash); -- somebody who holds a receipt looks an entry up by its hash
CREATE INDEX event_by_time    ON audit.event USING brin (recorded_at);
CREATE INDEX pending_by_time  ON audit.pending (recorded_at, id);

CREATE FUNCTION audit.remember_pending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit AS $$
BEGIN
  INSERT INTO audit.pending (id, recorded_at) VALUES (NEW.id, NEW.recorded_at);
  RETURN NULL;
END $$;
CREATE TRIGGER event_pending AFTER INSERT ON audit.event FOR EACH ROW EXECUTE FUNCTION audit.remember_pending();

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail is append-only (% refused)', TG_OP; END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON audit.event FOR EACH ROW EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON audit.event FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
ALTER TABLE audit.event ENABLE ALWAYS TRIGGER event_pending;
ALTER TABLE audit.event ENABLE ALWAYS TRIGGER event_append_only;
ALTER TABLE audit.event ENABLE ALWAYS TRIGGER event_no_truncate;

-- Forty quarters, so that nothing is created at run time. They begin over a year before the product did: demo history needs them.
DO $$
DECLARE q date := '2025-07-01'; name text;
BEGIN
  FOR i IN 1..40 LOOP
    name := format('event_%s_q%s', to_char(q, 'YYYY'), to_char(q, 'Q'));
    EXECUTE format('CREATE TABLE audit.%I PARTITION OF audit.event FOR VALUES FROM (%L) TO (%L)', name, q, q + interval '3 months');
    -- Row triggers are inherited, but ENABLE ALWAYS is not, and neither is the TRUNCATE trigger.
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER event_pending', name);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER event_append_only', name);
    EXECUTE format('CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON audit.%I FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()', name);
    EXECUTE format('ALTER TABLE audit.%I ENABLE ALWAYS TRIGGER event_no_truncate', name);
    q := q + interval '3 months';
  END LOOP;
END $$;

CREATE TRIGGER leaf_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.leaf FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER tile_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.tile FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.checkpoint FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

ALTER TABLE audit.leaf ENABLE ALWAYS TRIGGER leaf_append_only;
ALTER TABLE audit.tile ENABLE ALWAYS TRIGGER tile_append_only;
ALTER TABLE audit.checkpoint ENABLE ALWAYS TRIGGER checkpoint_append_only;

-- Who reads which events is said by row-level security. A view with security_barrier would say the same, but hides the order of the indexes from
-- the planner: the newest fifty events of a system would then cost a look at all of them.
ALTER TABLE audit.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_append ON audit.event FOR INSERT TO countersign_app WITH CHECK (true);
-- The systems named in app.systems ('*' stands for events of no system), and none without it (T23).
CREATE POLICY event_of_readable_system ON audit.event FOR SELECT TO countersign_read
  USING (coalesce(system_id, '*') = ANY (string_to_array(nullif(current_setting('app.systems', true), ''), ',')));
CREATE POLICY event_for_log ON audit.event FOR SELECT TO countersign_log USING (true);
CREATE POLICY event_for_verify ON audit.event FOR SELECT TO countersign_verify USING (true);

-- Read as whoever asks, so that the policies above judge.
CREATE VIEW audit.trail WITH (security_invoker) AS
  SELECT id, canonical, leaf_hash, payload, action, system_id, actor_id, subject_kind, subject_id, recorded_at
  FROM audit.event;

-- Texts without their salt: enough to show, not enough to link a redacted one.
CREATE VIEW audit.text_body AS SELECT digest, body, redacted_by_event FROM audit.text;

-- ---------- who may do what ----------
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO countersign_app, countersign_read;
GRANT USAGE ON SCHEMA audit TO countersign_app, countersign_read, countersign_log, countersign_verify;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO countersign_app;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO countersign_app;
REVOKE ALL ON public._prisma_migrations FROM countersign_app;
GRANT SELECT ON public._prisma_migrations TO countersign_app; -- /ready compares it with the migrations on disk

-- Facts stay as they were written: only the columns that a life cycle moves may change, and nothing is deleted (domain.md, rules 2 and 10).
GRANT UPDATE (name, description) ON "System" TO countersign_app;
GRANT UPDATE (status, "supersededAt") ON "PolicyVersion" TO countersign_app;
GRANT UPDATE ("retiredAt", "sponsorId") ON "Principal" TO countersign_app;
GRANT UPDATE ON "Person", "CommitIdentity", "Session", "Throttle", "StepUpProof", "SetupLink", "IdempotencyKey" TO countersign_app;
GRANT DELETE ON "Throttle", "IdempotencyKey" TO countersign_app;
GRANT UPDATE ("endsAt", "revokedById") ON "RoleGrant" TO countersign_app;
GRANT UPDATE ("lastUsedAt", "revokedAt") ON "ApiToken" TO countersign_app;
GRANT UPDATE ("bundleApprovedById", "bundleApprovedAt") ON "Release" TO countersign_app;
GRANT UPDATE ("principalId") ON "ReleaseContributor" TO countersign_app;
GRANT UPDATE (variant) ON "ChecklistRun" TO countersign_app;
GRANT UPDATE ("policyVersionId", "edgeId", "windowStartsAt", "windowEndsAt", status, "endedAt", "endReason", "notesSummary", "lastSealed") ON "Promotion" TO countersign_app;
GRANT UPDATE ("endedAt", "endedBy", moved) ON "SealedVersion" TO countersign_app;
GRANT UPDATE ("withdrawnAt", "withdrawReason") ON "SignOff" TO countersign_app;
GRANT UPDATE (status, "finishedAt", "failureClass", "failureSignature", stamp, "runId") ON "Deployment" TO countersign_app;

GRANT INSERT (canonical) ON audit.event TO countersign_app;
GRANT INSERT (digest, salt, body) ON audit.text TO countersign_app;
GRANT SELECT ON audit.text_body TO countersign_app;
GRANT SELECT (id, canonical, leaf_hash, payload, action, system_id, actor_id, subject_kind, subject_id, recorded_at) ON audit.event TO countersign_read;
GRANT SELECT ON audit.trail TO countersign_read;
GRANT SELECT ON audit.event TO countersign_log;
GRANT SELECT, DELETE ON audit.pending TO countersign_log;
GRANT SELECT, INSERT ON audit.leaf, audit.tile, audit.checkpoint TO countersign_log;
GRANT SELECT ON ALL TABLES IN SCHEMA audit TO countersign_verify;
REVOKE EXECUTE ON FUNCTION audit.remember_pending() FROM PUBLIC;
