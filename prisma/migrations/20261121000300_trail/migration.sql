-- Who reads which events is said by row-level security. A view with security_barrier says the same, but hides the order of the indexes from
-- the planner: the newest fifty events of a system then cost a look at all of them.
ALTER TABLE audit.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_append ON audit.event FOR INSERT TO countersign_app WITH CHECK (true);
-- The systems named in app.systems ('*' stands for events of no system), and none without it (T23).
CREATE POLICY event_of_readable_system ON audit.event FOR SELECT TO countersign_read
  USING (coalesce(system_id, '*') = ANY (string_to_array(nullif(current_setting('app.systems', true), ''), ',')));
CREATE POLICY event_for_log ON audit.event FOR SELECT TO countersign_log USING (true);
CREATE POLICY event_for_verify ON audit.event FOR SELECT TO countersign_verify USING (true);

DROP VIEW audit.trail;
-- As whoever asks, so that the policies above judge.
CREATE VIEW audit.trail WITH (security_invoker) AS
  SELECT id, canonical, leaf_hash, payload, action, system_id, actor_id, subject_kind, subject_id, recorded_at
  FROM audit.event;
GRANT SELECT (id, canonical, leaf_hash, payload, action, system_id, actor_id, subject_kind, subject_id, recorded_at) ON audit.event TO countersign_read;
GRANT SELECT ON audit.trail TO countersign_read;

-- Somebody who holds a receipt or a page of an export looks an entry up by its hash.
CREATE INDEX event_by_leaf ON audit.event (leaf_hash);
