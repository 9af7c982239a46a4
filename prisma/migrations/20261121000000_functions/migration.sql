-- One sequence per kind of id that people see; gaps are fine (domain.md, Ids).
CREATE SEQUENCE public.id_prm;
CREATE SEQUENCE public.id_sig;
CREATE SEQUENCE public.id_dep;
CREATE SEQUENCE public.id_rot;
CREATE SEQUENCE public.id_exc;
CREATE SEQUENCE public.id_bg;
CREATE SEQUENCE public.id_inc;

-- next_id('PRM') gives PRM-0142.
CREATE FUNCTION public.next_id(kind text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE n bigint := nextval(('public.id_' || lower(kind))::regclass);
BEGIN
  RETURN kind || '-' || CASE WHEN n < 10000 THEN lpad(n::text, 4, '0') ELSE n::text END;
END $$;
