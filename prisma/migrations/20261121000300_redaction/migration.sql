-- Words can be taken off the record, and only through here: the text and its salt go, the digest that events and signatures name stays, and an
-- event says who did it and when (audit-log.md, 8; T18, T40). The application may neither change nor delete a text in any other way.
CREATE FUNCTION audit.redact(digests text[], canonical text) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit AS $$
DECLARE by_event uuid; redacted integer;
BEGIN
  IF canonical::jsonb ->> 'action' IS DISTINCT FROM 'text.redacted' THEN
    RAISE EXCEPTION 'a redaction records itself as text.redacted and as nothing else';
  END IF;
  INSERT INTO audit.event (canonical) VALUES (canonical) RETURNING id INTO by_event;
  UPDATE audit.text SET salt = NULL, body = NULL, redacted_by_event = by_event
   WHERE digest = ANY (digests) AND redacted_by_event IS NULL;
  GET DIAGNOSTICS redacted = ROW_COUNT;
  RETURN redacted;
END $$;
REVOKE EXECUTE ON FUNCTION audit.redact(text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.redact(text[], text) TO countersign_app;

-- A commit address is personal data too. What keeps a contributor from signing is the id beside it.
GRANT UPDATE (identity) ON "ReleaseContributor" TO countersign_app;
