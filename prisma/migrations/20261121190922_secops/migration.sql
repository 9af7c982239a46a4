-- AlterTable
ALTER TABLE "Promotion" ADD COLUMN     "emergency" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "incidentId" TEXT,
ADD COLUMN     "skipReason" TEXT,
ADD COLUMN     "skippedGates" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "SealedVersion" ADD COLUMN     "systemId" TEXT;
-- So far every sealed text belongs to a promotion.
UPDATE "SealedVersion" s SET "systemId" = p."systemId" FROM "Promotion" p WHERE p.id = s."promotionId";
ALTER TABLE "SealedVersion" ALTER COLUMN "systemId" SET NOT NULL;

-- CreateTable
CREATE TABLE "KeyVersion" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "mappingKey" TEXT NOT NULL,
    "keyId" TEXT NOT NULL,
    "use" TEXT NOT NULL,
    "fingerprint" TEXT,
    "fingerprintKeyId" TEXT,
    "bornAt" TIMESTAMPTZ(3) NOT NULL,
    "activatedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "endedHow" TEXT,
    "retirementProof" TEXT,
    "rotationId" TEXT,
    "endedByRotationId" TEXT,
    "recordedById" UUID NOT NULL,
    "recordedForId" UUID NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "KeyVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FingerprintReport" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "mappingKey" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "fingerprintKeyId" TEXT NOT NULL,
    "rotationId" TEXT,
    "claimedAt" TIMESTAMPTZ(3),
    "reportedById" UUID NOT NULL,
    "reportedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "FingerprintReport_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Rotation" (
    "id" TEXT NOT NULL DEFAULT next_id('ROT'),
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "ownershipId" UUID NOT NULL,
    "ownershipKey" TEXT NOT NULL,
    "mappingKeys" TEXT[],
    "method" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "reason" TEXT,
    "incidentId" TEXT,
    "dueAt" TIMESTAMPTZ(3),
    "variant" TEXT,
    "windowStartsAt" TIMESTAMPTZ(3),
    "windowEndsAt" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'planned',
    "openedById" UUID NOT NULL,
    "openedForId" UUID NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "performerId" UUID,
    "performerForId" UUID,
    "performerSlot" TEXT,
    "startedAt" TIMESTAMPTZ(3),
    "verifyingAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "endReason" TEXT,
    "trigger" TEXT,
    "postmortem" TEXT,
    "lastSealed" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Rotation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RotationStep" (
    "id" UUID NOT NULL,
    "rotationId" TEXT NOT NULL,
    "stepId" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "how" TEXT,
    "variant" TEXT,
    "note" TEXT,
    "link" TEXT,
    "reference" TEXT,
    "newKeys" JSONB,
    "byId" UUID NOT NULL,
    "forId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RotationStep_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RotationConfirmation" (
    "rotationId" TEXT NOT NULL,
    "ownerKey" TEXT NOT NULL,
    "byId" UUID NOT NULL,
    "forId" UUID NOT NULL,
    "note" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RotationConfirmation_pkey" PRIMARY KEY ("rotationId","ownerKey")
);

-- CreateTable
CREATE TABLE "SecretAudit" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "rotationId" TEXT,
    "policyVersionId" UUID NOT NULL,
    "finding" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "link" TEXT,
    "auditedById" UUID NOT NULL,
    "auditedAt" TIMESTAMPTZ(3) NOT NULL,
    "nextDueAt" TIMESTAMPTZ(3),

    CONSTRAINT "SecretAudit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Incident" (
    "id" TEXT NOT NULL DEFAULT next_id('INC'),
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT,
    "title" TEXT NOT NULL,
    "reference" TEXT,
    "severity" TEXT NOT NULL,
    "commanderId" UUID,
    "declaredById" UUID NOT NULL,
    "declaredForId" UUID NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "closedById" UUID,
    "closedAt" TIMESTAMPTZ(3),
    "closingNote" TEXT,
    "postmortem" TEXT,

    CONSTRAINT "Incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FallbackUse" (
    "id" TEXT NOT NULL DEFAULT next_id('BG'),
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "mappingKeys" TEXT[],
    "purpose" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "ticket" TEXT,
    "incidentId" TEXT,
    "askedUntil" TIMESTAMPTZ(3) NOT NULL,
    "askedById" UUID NOT NULL,
    "askedForId" UUID NOT NULL,
    "askedAt" TIMESTAMPTZ(3) NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'requested',
    "ownRequest" BOOLEAN NOT NULL DEFAULT false,
    "grantedAt" TIMESTAMPTZ(3),
    "expiresAt" TIMESTAMPTZ(3),
    "extensions" INTEGER NOT NULL DEFAULT 0,
    "returnedById" UUID,
    "returnedAt" TIMESTAMPTZ(3),
    "cleanedUpById" UUID,
    "cleanedUpForId" UUID,
    "cleanedUpAt" TIMESTAMPTZ(3),
    "cleanUpNote" TEXT,
    "cleanUpLink" TEXT,
    "exposed" BOOLEAN,
    "reviewedById" UUID,
    "reviewedAt" TIMESTAMPTZ(3),
    "reviewFinding" TEXT,
    "reviewNote" TEXT,
    "lastSealed" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "FallbackUse_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ContactConfirmation" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "contactKey" TEXT NOT NULL,
    "contactId" UUID NOT NULL,
    "reach" TEXT,
    "confirmedById" UUID NOT NULL,
    "confirmedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ContactConfirmation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PromotionReview" (
    "id" UUID NOT NULL,
    "promotionId" TEXT NOT NULL,
    "slotId" UUID NOT NULL,
    "slotKey" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "grantId" UUID NOT NULL,
    "finding" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "byId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "PromotionReview_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "KeyVersion_systemId_profileKey_mappingKey_activatedAt_id_idx" ON "KeyVersion"("systemId", "profileKey", "mappingKey", "activatedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "KeyVersion_rotationId_idx" ON "KeyVersion"("rotationId");

-- CreateIndex
CREATE INDEX "KeyVersion_endedByRotationId_idx" ON "KeyVersion"("endedByRotationId");

-- CreateIndex
CREATE INDEX "FingerprintReport_systemId_profileKey_mappingKey_reportedAt_idx" ON "FingerprintReport"("systemId", "profileKey", "mappingKey", "reportedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "FingerprintReport_systemId_fingerprintKeyId_fingerprint_idx" ON "FingerprintReport"("systemId", "fingerprintKeyId", "fingerprint");

-- CreateIndex
CREATE INDEX "FingerprintReport_rotationId_idx" ON "FingerprintReport"("rotationId");

-- CreateIndex
CREATE INDEX "Rotation_systemId_openedAt_id_idx" ON "Rotation"("systemId", "openedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Rotation_openedAt_id_idx" ON "Rotation"("openedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Rotation_systemId_profileKey_ownershipKey_openedAt_idx" ON "Rotation"("systemId", "profileKey", "ownershipKey", "openedAt" DESC);

-- CreateIndex
CREATE INDEX "Rotation_ownershipId_idx" ON "Rotation"("ownershipId");

-- CreateIndex
CREATE INDEX "Rotation_incidentId_idx" ON "Rotation"("incidentId");

-- CreateIndex
CREATE INDEX "RotationStep_rotationId_at_idx" ON "RotationStep"("rotationId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "RotationConfirmation_rotationId_forId_key" ON "RotationConfirmation"("rotationId", "forId");

-- CreateIndex
CREATE INDEX "SecretAudit_systemId_profileKey_auditedAt_id_idx" ON "SecretAudit"("systemId", "profileKey", "auditedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "SecretAudit_rotationId_idx" ON "SecretAudit"("rotationId");

-- CreateIndex
CREATE INDEX "Incident_systemId_openedAt_id_idx" ON "Incident"("systemId", "openedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Incident_openedAt_id_idx" ON "Incident"("openedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "FallbackUse_systemId_profileKey_askedAt_id_idx" ON "FallbackUse"("systemId", "profileKey", "askedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "FallbackUse_askedAt_id_idx" ON "FallbackUse"("askedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "FallbackUse_incidentId_idx" ON "FallbackUse"("incidentId");

-- CreateIndex
CREATE INDEX "ContactConfirmation_systemId_contactKey_confirmedAt_id_idx" ON "ContactConfirmation"("systemId", "contactKey", "confirmedAt" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "PromotionReview_promotionId_slotKey_key" ON "PromotionReview"("promotionId", "slotKey");

-- CreateIndex
CREATE UNIQUE INDEX "PromotionReview_promotionId_byId_key" ON "PromotionReview"("promotionId", "byId");

-- CreateIndex
CREATE INDEX "Promotion_incidentId_idx" ON "Promotion"("incidentId");

-- AddForeignKey
ALTER TABLE "Promotion" ADD CONSTRAINT "Promotion_incidentId_fkey" FOREIGN KEY ("incidentId") REFERENCES "Incident"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SealedVersion" ADD CONSTRAINT "SealedVersion_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "KeyVersion" ADD CONSTRAINT "KeyVersion_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "KeyVersion" ADD CONSTRAINT "KeyVersion_rotationId_fkey" FOREIGN KEY ("rotationId") REFERENCES "Rotation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "KeyVersion" ADD CONSTRAINT "KeyVersion_endedByRotationId_fkey" FOREIGN KEY ("endedByRotationId") REFERENCES "Rotation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "KeyVersion" ADD CONSTRAINT "KeyVersion_recordedById_fkey" FOREIGN KEY ("recordedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FingerprintReport" ADD CONSTRAINT "FingerprintReport_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FingerprintReport" ADD CONSTRAINT "FingerprintReport_rotationId_fkey" FOREIGN KEY ("rotationId") REFERENCES "Rotation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FingerprintReport" ADD CONSTRAINT "FingerprintReport_reportedById_fkey" FOREIGN KEY ("reportedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Rotation" ADD CONSTRAINT "Rotation_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Rotation" ADD CONSTRAINT "Rotation_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Rotation" ADD CONSTRAINT "Rotation_ownershipId_fkey" FOREIGN KEY ("ownershipId") REFERENCES "RotationOwnership"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Rotation" ADD CONSTRAINT "Rotation_incidentId_fkey" FOREIGN KEY ("incidentId") REFERENCES "Incident"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Rotation" ADD CONSTRAINT "Rotation_openedById_fkey" FOREIGN KEY ("openedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Rotation" ADD CONSTRAINT "Rotation_performerId_fkey" FOREIGN KEY ("performerId") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RotationStep" ADD CONSTRAINT "RotationStep_rotationId_fkey" FOREIGN KEY ("rotationId") REFERENCES "Rotation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RotationStep" ADD CONSTRAINT "RotationStep_byId_fkey" FOREIGN KEY ("byId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RotationConfirmation" ADD CONSTRAINT "RotationConfirmation_rotationId_fkey" FOREIGN KEY ("rotationId") REFERENCES "Rotation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RotationConfirmation" ADD CONSTRAINT "RotationConfirmation_byId_fkey" FOREIGN KEY ("byId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SecretAudit" ADD CONSTRAINT "SecretAudit_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SecretAudit" ADD CONSTRAINT "SecretAudit_rotationId_fkey" FOREIGN KEY ("rotationId") REFERENCES "Rotation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SecretAudit" ADD CONSTRAINT "SecretAudit_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SecretAudit" ADD CONSTRAINT "SecretAudit_auditedById_fkey" FOREIGN KEY ("auditedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Incident" ADD CONSTRAINT "Incident_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Incident" ADD CONSTRAINT "Incident_commanderId_fkey" FOREIGN KEY ("commanderId") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Incident" ADD CONSTRAINT "Incident_declaredById_fkey" FOREIGN KEY ("declaredById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Incident" ADD CONSTRAINT "Incident_closedById_fkey" FOREIGN KEY ("closedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FallbackUse" ADD CONSTRAINT "FallbackUse_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FallbackUse" ADD CONSTRAINT "FallbackUse_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FallbackUse" ADD CONSTRAINT "FallbackUse_incidentId_fkey" FOREIGN KEY ("incidentId") REFERENCES "Incident"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FallbackUse" ADD CONSTRAINT "FallbackUse_askedById_fkey" FOREIGN KEY ("askedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FallbackUse" ADD CONSTRAINT "FallbackUse_returnedById_fkey" FOREIGN KEY ("returnedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FallbackUse" ADD CONSTRAINT "FallbackUse_cleanedUpById_fkey" FOREIGN KEY ("cleanedUpById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FallbackUse" ADD CONSTRAINT "FallbackUse_reviewedById_fkey" FOREIGN KEY ("reviewedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ContactConfirmation" ADD CONSTRAINT "ContactConfirmation_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ContactConfirmation" ADD CONSTRAINT "ContactConfirmation_contactId_fkey" FOREIGN KEY ("contactId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ContactConfirmation" ADD CONSTRAINT "ContactConfirmation_confirmedById_fkey" FOREIGN KEY ("confirmedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromotionReview" ADD CONSTRAINT "PromotionReview_promotionId_fkey" FOREIGN KEY ("promotionId") REFERENCES "Promotion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromotionReview" ADD CONSTRAINT "PromotionReview_slotId_fkey" FOREIGN KEY ("slotId") REFERENCES "SignOffSlot"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromotionReview" ADD CONSTRAINT "PromotionReview_grantId_fkey" FOREIGN KEY ("grantId") REFERENCES "RoleGrant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromotionReview" ADD CONSTRAINT "PromotionReview_byId_fkey" FOREIGN KEY ("byId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- ---------- by hand: constraints that back the rules (T02, T07) ----------
ALTER TABLE "KeyVersion" ADD CONSTRAINT key_use CHECK (use IN ('current', 'accepted'));
ALTER TABLE "KeyVersion" ADD CONSTRAINT key_ended CHECK (("endedAt" IS NULL) = ("endedHow" IS NULL) AND ("endedHow" IS NULL OR "endedHow" IN ('moved', 'retired', 'rolled_back')));
ALTER TABLE "KeyVersion" ADD CONSTRAINT key_fingerprint CHECK ((fingerprint IS NULL) = ("fingerprintKeyId" IS NULL));
-- A runtime is given one key of a mapping at a time; several may be accepted beside it.
CREATE UNIQUE INDEX key_one_current ON "KeyVersion" ("systemId", "profileKey", "mappingKey") WHERE use = 'current' AND "endedAt" IS NULL;

ALTER TABLE "Rotation" ADD CONSTRAINT rotation_status CHECK (status IN ('planned', 'in_progress', 'verifying', 'rolling_back', 'completed', 'rolled_back', 'cancelled'));
ALTER TABLE "Rotation" ADD CONSTRAINT rotation_cause CHECK (cause IN ('scheduled', 'by_hand', 'suspected_exposure', 'offboarding', 'integrity_failure'));
ALTER TABLE "Rotation" ADD CONSTRAINT rotation_window CHECK ("windowStartsAt" IS NULL OR "windowEndsAt" > "windowStartsAt");
ALTER TABLE "Rotation" ADD CONSTRAINT rotation_ended CHECK (("endedAt" IS NULL) = (status NOT IN ('completed', 'rolled_back', 'cancelled')));
-- A rotation that went back has an incident (003.19).
ALTER TABLE "Rotation" ADD CONSTRAINT rotation_back_has_incident CHECK (status NOT IN ('rolling_back', 'rolled_back') OR "incidentId" IS NOT NULL);
-- One rotation of the same secrets at a time.
CREATE UNIQUE INDEX rotation_one_open ON "Rotation" ("systemId", "profileKey", "ownershipKey") WHERE "endedAt" IS NULL;

ALTER TABLE "RotationStep" ADD CONSTRAINT step_state CHECK (state IN ('done', 'failed', 'not_applicable'));
ALTER TABLE "RotationStep" ADD CONSTRAINT step_how CHECK (how IS NULL OR how IN ('script', 'hand'));
CREATE UNIQUE INDEX rotation_step_once ON "RotationStep" ("rotationId", "stepId") WHERE state <> 'failed';

ALTER TABLE "SecretAudit" ADD CONSTRAINT audit_finding CHECK (finding IN ('met', 'concern', 'violated'));

ALTER TABLE "Incident" ADD CONSTRAINT incident_severity CHECK (severity IN ('sev1', 'sev2', 'sev3', 'sev4'));
ALTER TABLE "Incident" ADD CONSTRAINT incident_closed CHECK (("closedAt" IS NULL) = ("closedById" IS NULL));

ALTER TABLE "FallbackUse" ADD CONSTRAINT fallback_status CHECK (status IN ('requested', 'granted', 'refused', 'withdrawn'));
ALTER TABLE "FallbackUse" ADD CONSTRAINT fallback_granted CHECK ((status = 'granted') = ("grantedAt" IS NOT NULL) AND (status = 'granted') = ("expiresAt" IS NOT NULL));
ALTER TABLE "FallbackUse" ADD CONSTRAINT fallback_reviewed_by_another CHECK ("reviewedById" IS NULL OR "reviewedById" <> "askedForId");
-- One request at a time for a rule on a profile. Whether a granted one still runs is a matter of the clock, which an index cannot ask.
CREATE UNIQUE INDEX fallback_one_request ON "FallbackUse" ("systemId", "profileKey", rule) WHERE status = 'requested';

ALTER TABLE "Promotion" ADD CONSTRAINT promotion_emergency CHECK (emergency = ("incidentId" IS NOT NULL) AND (emergency OR cardinality("skippedGates") = 0));
ALTER TABLE "PromotionReview" ADD CONSTRAINT review_finding CHECK (finding IN ('accepted', 'concern'));

-- ---------- who may do what: only the columns that a life cycle moves may change ----------
GRANT SELECT, INSERT ON "KeyVersion", "FingerprintReport", "Rotation", "RotationStep", "RotationConfirmation", "SecretAudit", "Incident", "FallbackUse", "ContactConfirmation", "PromotionReview" TO countersign_app;
GRANT UPDATE ("endedAt", "endedHow", "retirementProof", "endedByRotationId") ON "KeyVersion" TO countersign_app;
GRANT UPDATE ("incidentId", variant, "windowStartsAt", "windowEndsAt", status, "performerId", "performerForId", "performerSlot", "startedAt", "verifyingAt", "endedAt", "endReason", trigger, postmortem, "lastSealed") ON "Rotation" TO countersign_app;
GRANT UPDATE ("commanderId", severity, reference, "closedById", "closedAt", "closingNote", postmortem) ON "Incident" TO countersign_app;
GRANT UPDATE ("askedUntil", status, "ownRequest", "grantedAt", "expiresAt", extensions, "returnedById", "returnedAt", "cleanedUpById", "cleanedUpForId", "cleanedUpAt", "cleanUpNote", "cleanUpLink", exposed, "reviewedById", "reviewedAt", "reviewFinding", "reviewNote", "lastSealed") ON "FallbackUse" TO countersign_app;
