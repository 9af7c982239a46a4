-- Findings have ids that people see.
CREATE SEQUENCE public.id_fnd;

-- CreateTable
CREATE TABLE "Observation" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "instance" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "environment" TEXT,
    "facts" JSONB NOT NULL,
    "digest" TEXT NOT NULL,
    "claimedAt" TIMESTAMPTZ(3),
    "releaseId" UUID,
    "observedById" UUID NOT NULL,
    "observedForId" UUID NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Observation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ProfileFact" (
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "instance" TEXT NOT NULL,
    "section" TEXT NOT NULL,
    "facts" JSONB NOT NULL,
    "baseline" JSONB,
    "source" TEXT NOT NULL,
    "observationId" UUID NOT NULL,
    "seenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ProfileFact_pkey" PRIMARY KEY ("systemId","profileKey","instance","section")
);

-- CreateTable
CREATE TABLE "Finding" (
    "id" TEXT NOT NULL DEFAULT next_id('FND'),
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT,
    "rule" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "instance" TEXT,
    "title" TEXT NOT NULL,
    "expected" TEXT NOT NULL,
    "observed" TEXT NOT NULL,
    "observationId" UUID,
    "raisedById" UUID,
    "raisedForId" UUID,
    "reference" TEXT,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "closedAt" TIMESTAMPTZ(3),
    "closedHow" TEXT,
    "acknowledgedById" UUID,
    "acknowledgedAt" TIMESTAMPTZ(3),
    "acknowledgement" TEXT,
    "resolvedById" UUID,
    "resolution" TEXT,

    CONSTRAINT "Finding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DriftException" (
    "id" TEXT NOT NULL DEFAULT next_id('EXC'),
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "expected" TEXT NOT NULL,
    "observed" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "remediation" TEXT NOT NULL,
    "conditions" TEXT[],
    "findingId" TEXT,
    "ownerId" UUID NOT NULL,
    "filedById" UUID NOT NULL,
    "filedForId" UUID NOT NULL,
    "filedAt" TIMESTAMPTZ(3) NOT NULL,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "askedUntil" TIMESTAMPTZ(3),
    "extensionReason" TEXT,
    "tier" TEXT NOT NULL,
    "askedTier" TEXT,
    "status" TEXT NOT NULL,
    "approvedAt" TIMESTAMPTZ(3),
    "extensions" INTEGER NOT NULL DEFAULT 0,
    "endedAt" TIMESTAMPTZ(3),
    "closedById" UUID,
    "closedForId" UUID,
    "closingNote" TEXT,
    "closingLink" TEXT,
    "closingObservationId" UUID,
    "lastSealed" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "DriftException_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ExceptionTerm" (
    "exceptionId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "tier" TEXT NOT NULL,
    "untilAt" TIMESTAMPTZ(3) NOT NULL,
    "sealedVersionId" UUID,
    "askedById" UUID NOT NULL,
    "approvedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ExceptionTerm_pkey" PRIMARY KEY ("exceptionId","number")
);

-- CreateTable
CREATE TABLE "Attestation" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT,
    "topic" TEXT NOT NULL,
    "holds" BOOLEAN NOT NULL,
    "note" TEXT NOT NULL,
    "link" TEXT,
    "ownerId" UUID NOT NULL,
    "attestedById" UUID NOT NULL,
    "attestedAt" TIMESTAMPTZ(3) NOT NULL,
    "nextDueAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Attestation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VariantChoice" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "variant" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "chosenById" UUID NOT NULL,
    "chosenAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "VariantChoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EnvironmentFlag" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "countsAs" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "ownerId" UUID NOT NULL,
    "recordedById" UUID NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "EnvironmentFlag_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "GovernedChange" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "variables" TEXT[],
    "reason" TEXT NOT NULL,
    "reference" TEXT,
    "fromAt" TIMESTAMPTZ(3) NOT NULL,
    "untilAt" TIMESTAMPTZ(3) NOT NULL,
    "recordedById" UUID NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "GovernedChange_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Observation_systemId_profileKey_recordedAt_id_idx" ON "Observation"("systemId", "profileKey", "recordedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Observation_systemId_recordedAt_id_idx" ON "Observation"("systemId", "recordedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Observation_observedById_idx" ON "Observation"("observedById");

-- CreateIndex
CREATE INDEX "Observation_releaseId_idx" ON "Observation"("releaseId");

-- CreateIndex
CREATE UNIQUE INDEX "Observation_systemId_profileKey_observedById_digest_key" ON "Observation"("systemId", "profileKey", "observedById", "digest");

-- CreateIndex
CREATE INDEX "Finding_systemId_openedAt_id_idx" ON "Finding"("systemId", "openedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Finding_openedAt_id_idx" ON "Finding"("openedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Finding_systemId_profileKey_rule_idx" ON "Finding"("systemId", "profileKey", "rule");

-- CreateIndex
CREATE INDEX "DriftException_systemId_filedAt_id_idx" ON "DriftException"("systemId", "filedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "DriftException_filedAt_id_idx" ON "DriftException"("filedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "DriftException_systemId_profileKey_rule_idx" ON "DriftException"("systemId", "profileKey", "rule");

-- CreateIndex
CREATE INDEX "DriftException_systemId_profileKey_startsAt_idx" ON "DriftException"("systemId", "profileKey", "startsAt");

-- CreateIndex
CREATE INDEX "DriftException_findingId_idx" ON "DriftException"("findingId");

-- CreateIndex
CREATE INDEX "ExceptionTerm_sealedVersionId_idx" ON "ExceptionTerm"("sealedVersionId");

-- CreateIndex
CREATE INDEX "Attestation_systemId_topic_attestedAt_id_idx" ON "Attestation"("systemId", "topic", "attestedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "VariantChoice_systemId_profileKey_chosenAt_id_idx" ON "VariantChoice"("systemId", "profileKey", "chosenAt" DESC, "id");

-- CreateIndex
CREATE INDEX "EnvironmentFlag_systemId_recordedAt_id_idx" ON "EnvironmentFlag"("systemId", "recordedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "GovernedChange_systemId_profileKey_recordedAt_id_idx" ON "GovernedChange"("systemId", "profileKey", "recordedAt" DESC, "id");

-- AddForeignKey
ALTER TABLE "Observation" ADD CONSTRAINT "Observation_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Observation" ADD CONSTRAINT "Observation_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Observation" ADD CONSTRAINT "Observation_observedById_fkey" FOREIGN KEY ("observedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ProfileFact" ADD CONSTRAINT "ProfileFact_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Finding" ADD CONSTRAINT "Finding_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Finding" ADD CONSTRAINT "Finding_raisedById_fkey" FOREIGN KEY ("raisedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Finding" ADD CONSTRAINT "Finding_acknowledgedById_fkey" FOREIGN KEY ("acknowledgedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Finding" ADD CONSTRAINT "Finding_resolvedById_fkey" FOREIGN KEY ("resolvedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DriftException" ADD CONSTRAINT "DriftException_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DriftException" ADD CONSTRAINT "DriftException_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DriftException" ADD CONSTRAINT "DriftException_findingId_fkey" FOREIGN KEY ("findingId") REFERENCES "Finding"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DriftException" ADD CONSTRAINT "DriftException_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DriftException" ADD CONSTRAINT "DriftException_filedById_fkey" FOREIGN KEY ("filedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DriftException" ADD CONSTRAINT "DriftException_closedById_fkey" FOREIGN KEY ("closedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ExceptionTerm" ADD CONSTRAINT "ExceptionTerm_exceptionId_fkey" FOREIGN KEY ("exceptionId") REFERENCES "DriftException"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ExceptionTerm" ADD CONSTRAINT "ExceptionTerm_sealedVersionId_fkey" FOREIGN KEY ("sealedVersionId") REFERENCES "SealedVersion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ExceptionTerm" ADD CONSTRAINT "ExceptionTerm_askedById_fkey" FOREIGN KEY ("askedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attestation" ADD CONSTRAINT "Attestation_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attestation" ADD CONSTRAINT "Attestation_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Attestation" ADD CONSTRAINT "Attestation_attestedById_fkey" FOREIGN KEY ("attestedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VariantChoice" ADD CONSTRAINT "VariantChoice_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VariantChoice" ADD CONSTRAINT "VariantChoice_chosenById_fkey" FOREIGN KEY ("chosenById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EnvironmentFlag" ADD CONSTRAINT "EnvironmentFlag_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EnvironmentFlag" ADD CONSTRAINT "EnvironmentFlag_ownerId_fkey" FOREIGN KEY ("ownerId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EnvironmentFlag" ADD CONSTRAINT "EnvironmentFlag_recordedById_fkey" FOREIGN KEY ("recordedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GovernedChange" ADD CONSTRAINT "GovernedChange_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GovernedChange" ADD CONSTRAINT "GovernedChange_recordedById_fkey" FOREIGN KEY ("recordedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ---------- by hand: constraints that back the rules (T02, T07) ----------
GRANT USAGE ON SEQUENCE public.id_fnd TO countersign_app;

ALTER TABLE "Observation" ADD CONSTRAINT observation_source CHECK (source IN ('runtime', 'agent', 'pipeline', 'person'));

ALTER TABLE "Finding" ADD CONSTRAINT finding_kind CHECK (kind IN ('drift', 'disagreement', 'conflict'));
ALTER TABLE "Finding" ADD CONSTRAINT finding_severity CHECK (severity IN ('block', 'warn', 'note'));
ALTER TABLE "Finding" ADD CONSTRAINT finding_closed CHECK (("closedAt" IS NULL) = ("closedHow" IS NULL) AND ("closedHow" IS NULL OR "closedHow" IN ('facts', 'policy', 'explained', 'resolved')));
ALTER TABLE "Finding" ADD CONSTRAINT finding_acknowledged CHECK (("acknowledgedAt" IS NULL) = ("acknowledgedById" IS NULL));
ALTER TABLE "Finding" ADD CONSTRAINT finding_resolved CHECK (("closedHow" = 'resolved') IS TRUE = ("resolvedById" IS NOT NULL));
-- One open finding of a rule on a profile; a person may raise several conflicts.
CREATE UNIQUE INDEX finding_one_open ON "Finding" ("systemId", coalesce("profileKey", ''), rule) WHERE "closedAt" IS NULL AND kind = 'drift';
CREATE INDEX finding_open ON "Finding" ("systemId", "profileKey") WHERE "closedAt" IS NULL;

ALTER TABLE "DriftException" ADD CONSTRAINT exception_status CHECK (status IN ('filed', 'approved', 'rejected', 'withdrawn', 'closed'));
ALTER TABLE "DriftException" ADD CONSTRAINT exception_ended CHECK (("endedAt" IS NULL) = (status IN ('filed', 'approved')));
ALTER TABLE "DriftException" ADD CONSTRAINT exception_approved CHECK (("approvedAt" IS NOT NULL) = (status IN ('approved', 'closed')));
ALTER TABLE "DriftException" ADD CONSTRAINT exception_time CHECK ("endsAt" > "startsAt" AND ("askedUntil" IS NULL OR "askedUntil" > "endsAt"));
ALTER TABLE "DriftException" ADD CONSTRAINT exception_closed CHECK ((status = 'closed') = ("closedById" IS NOT NULL));
-- One exception of a rule on a profile at a time: a longer one is an extension.
CREATE UNIQUE INDEX exception_one_open ON "DriftException" ("systemId", "profileKey", rule) WHERE "endedAt" IS NULL;
CREATE INDEX exception_open ON "DriftException" ("systemId") WHERE "endedAt" IS NULL;

ALTER TABLE "EnvironmentFlag" ADD CONSTRAINT flag_class CHECK ("countsAs" IN ('development', 'verification', 'pre-production'));
CREATE UNIQUE INDEX flag_one_open ON "EnvironmentFlag" ("systemId", name) WHERE "endedAt" IS NULL;
CREATE UNIQUE INDEX variant_one_open ON "VariantChoice" ("systemId", "profileKey") WHERE "endedAt" IS NULL;
ALTER TABLE "GovernedChange" ADD CONSTRAINT governed_time CHECK ("untilAt" > "fromAt");

-- ---------- who may do what: only the columns that a life cycle moves may change ----------
GRANT SELECT, INSERT ON "Observation", "ProfileFact", "Finding", "DriftException", "ExceptionTerm", "Attestation", "VariantChoice", "EnvironmentFlag", "GovernedChange" TO countersign_app;
-- A projection: it can be made again from the observations.
GRANT UPDATE, DELETE ON "ProfileFact" TO countersign_app;
GRANT UPDATE (severity, instance, title, expected, observed, "closedAt", "closedHow", "acknowledgedById", "acknowledgedAt", acknowledgement, "resolvedById", resolution) ON "Finding" TO countersign_app;
GRANT UPDATE ("endsAt", "askedUntil", "extensionReason", tier, "askedTier", status, "approvedAt", extensions, conditions, "endedAt", "closedById", "closedForId", "closingNote", "closingLink", "closingObservationId", "lastSealed") ON "DriftException" TO countersign_app;
GRANT UPDATE ("endedAt") ON "VariantChoice", "EnvironmentFlag" TO countersign_app;
