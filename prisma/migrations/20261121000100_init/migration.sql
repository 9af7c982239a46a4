-- CreateSchema

-- CreateTable
CREATE TABLE "System" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "System_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PolicyVersion" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "source" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "appliedById" UUID NOT NULL,
    "appliedAt" TIMESTAMPTZ(3) NOT NULL,
    "supersededAt" TIMESTAMPTZ(3),

    CONSTRAINT "PolicyVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Profile" (
    "id" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "class" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "deployable" BOOLEAN NOT NULL,
    "aliases" TEXT[],

    CONSTRAINT "Profile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PromotionEdge" (
    "id" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "fromId" UUID NOT NULL,
    "toId" UUID NOT NULL,
    "contributorsMaySign" BOOLEAN NOT NULL,

    CONSTRAINT "PromotionEdge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PromotionGate" (
    "id" UUID NOT NULL,
    "edgeId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "command" TEXT,
    "validFor" TEXT,
    "blocking" BOOLEAN NOT NULL,
    "moments" TEXT[],

    CONSTRAINT "PromotionGate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SignOffSlot" (
    "id" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "edgeId" UUID,
    "key" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "roles" TEXT[],
    "last" BOOLEAN NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "SignOffSlot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RotationOwnership" (
    "id" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "profileId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "secretGroup" TEXT,
    "ownersMode" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "maxAge" TEXT,

    CONSTRAINT "RotationOwnership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RotationOwner" (
    "id" UUID NOT NULL,
    "ownershipId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "roles" TEXT[],
    "agents" TEXT[],

    CONSTRAINT "RotationOwner_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SecretMapping" (
    "id" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "managerKey" TEXT NOT NULL,
    "variable" TEXT NOT NULL,
    "notes" TEXT NOT NULL,
    "secretGroup" TEXT,

    CONSTRAINT "SecretMapping_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ConstraintCell" (
    "id" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "profileId" UUID NOT NULL,
    "concern" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "moment" TEXT,
    "qualifiers" TEXT[],
    "subject" TEXT,
    "text" TEXT NOT NULL,

    CONSTRAINT "ConstraintCell_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Variable" (
    "id" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "secret" BOOLEAN NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "Variable_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Principal" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "label" TEXT,
    "systemId" TEXT,
    "sponsorId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retiredAt" TIMESTAMPTZ(3),

    CONSTRAINT "Principal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Person" (
    "principalId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "passwordHash" TEXT,
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',

    CONSTRAINT "Person_pkey" PRIMARY KEY ("principalId")
);

-- CreateTable
CREATE TABLE "CommitIdentity" (
    "email" TEXT NOT NULL,
    "principalId" UUID NOT NULL,

    CONSTRAINT "CommitIdentity_pkey" PRIMARY KEY ("email")
);

-- CreateTable
CREATE TABLE "RoleGrant" (
    "id" UUID NOT NULL,
    "principalId" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "systemId" TEXT,
    "grantedById" UUID,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3),
    "revokedById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RoleGrant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "principalId" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "userAgent" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Throttle" (
    "key" TEXT NOT NULL,
    "level" DOUBLE PRECISION NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Throttle_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "ApiToken" (
    "id" UUID NOT NULL,
    "actsAsId" UUID NOT NULL,
    "createdById" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "lastFour" TEXT NOT NULL,
    "secretHash" TEXT NOT NULL,
    "systemId" TEXT,
    "scopes" TEXT[],
    "gates" TEXT[],
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiToken_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "StepUpProof" (
    "id" UUID NOT NULL,
    "principalId" UUID NOT NULL,
    "sessionId" UUID NOT NULL,
    "sealedHash" TEXT NOT NULL,
    "slotKey" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "StepUpProof_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SetupLink" (
    "secretHash" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),

    CONSTRAINT "SetupLink_pkey" PRIMARY KEY ("secretHash")
);

-- CreateTable
CREATE TABLE "IdempotencyKey" (
    "principalId" UUID NOT NULL,
    "route" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "requestHash" TEXT NOT NULL,
    "status" INTEGER,
    "body" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("principalId","route","key")
);

-- CreateTable
CREATE TABLE "Release" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "gitSha" TEXT NOT NULL,
    "artefact" TEXT NOT NULL,
    "buildDate" TIMESTAMPTZ(3) NOT NULL,
    "appVersion" TEXT,
    "schemaBackwardCompatible" BOOLEAN,
    "registeredById" UUID NOT NULL,
    "registeredForId" UUID NOT NULL,
    "registeredAt" TIMESTAMPTZ(3) NOT NULL,
    "bundleApprovedById" UUID,
    "bundleApprovedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReleaseChange" (
    "id" UUID NOT NULL,
    "releaseId" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "reference" TEXT,

    CONSTRAINT "ReleaseChange_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReleaseContributor" (
    "releaseId" UUID NOT NULL,
    "identity" TEXT NOT NULL,
    "commits" INTEGER NOT NULL,
    "principalId" UUID,

    CONSTRAINT "ReleaseContributor_pkey" PRIMARY KEY ("releaseId","identity")
);

-- CreateTable
CREATE TABLE "Snapshot" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "takenAt" TIMESTAMPTZ(3) NOT NULL,
    "digest" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "recordedById" UUID NOT NULL,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Snapshot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Evidence" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "releaseId" UUID NOT NULL,
    "profileKey" TEXT NOT NULL,
    "gateKey" TEXT NOT NULL,
    "gateId" UUID NOT NULL,
    "verdict" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "command" TEXT,
    "exitCode" INTEGER,
    "ranOn" TEXT,
    "link" TEXT,
    "digest" TEXT NOT NULL,
    "claimedAt" TIMESTAMPTZ(3),
    "broughtById" UUID NOT NULL,
    "onBehalfOfId" UUID,
    "snapshotId" UUID,
    "checklistRunId" UUID,
    "recordedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Evidence_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ChecklistTemplate" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "checklistKey" TEXT NOT NULL,
    "fileName" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "items" JSONB NOT NULL,
    "source" TEXT NOT NULL,
    "importedById" UUID NOT NULL,
    "importedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ChecklistTemplate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ChecklistRun" (
    "id" UUID NOT NULL,
    "systemId" TEXT NOT NULL,
    "releaseId" UUID NOT NULL,
    "profileKey" TEXT NOT NULL,
    "checklistKey" TEXT NOT NULL,
    "templateId" UUID,
    "templateHash" TEXT NOT NULL,
    "items" JSONB NOT NULL,
    "variant" TEXT,
    "startedById" UUID NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ChecklistRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ChecklistTick" (
    "id" UUID NOT NULL,
    "runId" UUID NOT NULL,
    "itemId" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "note" TEXT,
    "link" TEXT,
    "byId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ChecklistTick_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Promotion" (
    "id" TEXT NOT NULL DEFAULT next_id('PRM'),
    "systemId" TEXT NOT NULL,
    "releaseId" UUID NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "edgeId" UUID NOT NULL,
    "edgeKey" TEXT NOT NULL,
    "fromKey" TEXT NOT NULL,
    "toKey" TEXT NOT NULL,
    "windowStartsAt" TIMESTAMPTZ(3),
    "windowEndsAt" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'open',
    "openedById" UUID NOT NULL,
    "openedForId" UUID NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "endReason" TEXT,
    "notesSummary" TEXT,
    "lastSealed" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Promotion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SealedVersion" (
    "id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "promotionId" TEXT,
    "number" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "canonical" TEXT NOT NULL,
    "requesterId" UUID NOT NULL,
    "sealedById" UUID,
    "sealedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "endedBy" TEXT,
    "moved" TEXT[],

    CONSTRAINT "SealedVersion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DossierOpening" (
    "sealedVersionId" UUID NOT NULL,
    "principalId" UUID NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "DossierOpening_pkey" PRIMARY KEY ("sealedVersionId","principalId")
);

-- CreateTable
CREATE TABLE "SignOff" (
    "id" TEXT NOT NULL DEFAULT next_id('SIG'),
    "sealedVersionId" UUID NOT NULL,
    "sealedHash" TEXT NOT NULL,
    "requesterId" UUID NOT NULL,
    "slotId" UUID NOT NULL,
    "slotKey" TEXT NOT NULL,
    "capacity" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "signerId" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "grantId" UUID NOT NULL,
    "statement" TEXT NOT NULL,
    "reason" TEXT,
    "reasonKind" TEXT,
    "separation" JSONB NOT NULL,
    "sessionId" UUID,
    "stepUpId" UUID,
    "signedAt" TIMESTAMPTZ(3) NOT NULL,
    "withdrawnAt" TIMESTAMPTZ(3),
    "withdrawReason" TEXT,

    CONSTRAINT "SignOff_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Question" (
    "id" UUID NOT NULL,
    "promotionId" TEXT NOT NULL,
    "askedById" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "askedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Question_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Deployment" (
    "id" TEXT NOT NULL DEFAULT next_id('DEP'),
    "systemId" TEXT NOT NULL,
    "profileKey" TEXT NOT NULL,
    "policyVersionId" UUID NOT NULL,
    "releaseId" UUID NOT NULL,
    "promotionId" TEXT,
    "kind" TEXT NOT NULL,
    "revertsId" TEXT,
    "status" TEXT NOT NULL,
    "authorised" BOOLEAN NOT NULL,
    "reasons" TEXT[],
    "inputs" TEXT[],
    "violations" TEXT[],
    "targetLabel" TEXT,
    "startedById" UUID NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),
    "failureClass" TEXT,
    "failureSignature" TEXT,
    "stamp" JSONB,
    "runId" UUID,

    CONSTRAINT "Deployment_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "PolicyVersion_systemId_hash_idx" ON "PolicyVersion"("systemId", "hash");

-- CreateIndex
CREATE UNIQUE INDEX "PolicyVersion_systemId_number_key" ON "PolicyVersion"("systemId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "Profile_policyVersionId_key_key" ON "Profile"("policyVersionId", "key");

-- CreateIndex
CREATE INDEX "PromotionEdge_fromId_idx" ON "PromotionEdge"("fromId");

-- CreateIndex
CREATE INDEX "PromotionEdge_toId_idx" ON "PromotionEdge"("toId");

-- CreateIndex
CREATE UNIQUE INDEX "PromotionEdge_policyVersionId_key_key" ON "PromotionEdge"("policyVersionId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "PromotionGate_edgeId_key_key" ON "PromotionGate"("edgeId", "key");

-- CreateIndex
CREATE INDEX "SignOffSlot_edgeId_idx" ON "SignOffSlot"("edgeId");

-- CreateIndex
CREATE UNIQUE INDEX "SignOffSlot_policyVersionId_subject_rule_key_key" ON "SignOffSlot"("policyVersionId", "subject", "rule", "key");

-- CreateIndex
CREATE INDEX "RotationOwnership_profileId_idx" ON "RotationOwnership"("profileId");

-- CreateIndex
CREATE UNIQUE INDEX "RotationOwnership_policyVersionId_key_key" ON "RotationOwnership"("policyVersionId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "RotationOwner_ownershipId_key_key" ON "RotationOwner"("ownershipId", "key");

-- CreateIndex
CREATE UNIQUE INDEX "SecretMapping_policyVersionId_key_key" ON "SecretMapping"("policyVersionId", "key");

-- CreateIndex
CREATE INDEX "ConstraintCell_policyVersionId_idx" ON "ConstraintCell"("policyVersionId");

-- CreateIndex
CREATE UNIQUE INDEX "ConstraintCell_profileId_concern_key" ON "ConstraintCell"("profileId", "concern");

-- CreateIndex
CREATE UNIQUE INDEX "Variable_policyVersionId_name_key" ON "Variable"("policyVersionId", "name");

-- CreateIndex
CREATE INDEX "Principal_sponsorId_idx" ON "Principal"("sponsorId");

-- CreateIndex
CREATE UNIQUE INDEX "Principal_systemId_label_key" ON "Principal"("systemId", "label");

-- CreateIndex
CREATE UNIQUE INDEX "Person_email_key" ON "Person"("email");

-- CreateIndex
CREATE INDEX "CommitIdentity_principalId_idx" ON "CommitIdentity"("principalId");

-- CreateIndex
CREATE INDEX "RoleGrant_principalId_idx" ON "RoleGrant"("principalId");

-- CreateIndex
CREATE INDEX "RoleGrant_systemId_role_idx" ON "RoleGrant"("systemId", "role");

-- CreateIndex
CREATE INDEX "Session_principalId_endedAt_idx" ON "Session"("principalId", "endedAt");

-- CreateIndex
CREATE UNIQUE INDEX "ApiToken_secretHash_key" ON "ApiToken"("secretHash");

-- CreateIndex
CREATE INDEX "ApiToken_actsAsId_idx" ON "ApiToken"("actsAsId");

-- CreateIndex
CREATE INDEX "ApiToken_createdById_idx" ON "ApiToken"("createdById");

-- CreateIndex
CREATE INDEX "StepUpProof_principalId_idx" ON "StepUpProof"("principalId");

-- CreateIndex
CREATE INDEX "IdempotencyKey_createdAt_idx" ON "IdempotencyKey"("createdAt");

-- CreateIndex
CREATE INDEX "Release_systemId_buildDate_id_idx" ON "Release"("systemId", "buildDate" DESC, "id");

-- CreateIndex
CREATE UNIQUE INDEX "Release_systemId_version_key" ON "Release"("systemId", "version");

-- CreateIndex
CREATE UNIQUE INDEX "ReleaseChange_releaseId_position_key" ON "ReleaseChange"("releaseId", "position");

-- CreateIndex
CREATE INDEX "Snapshot_systemId_profileKey_takenAt_idx" ON "Snapshot"("systemId", "profileKey", "takenAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "Snapshot_systemId_profileKey_digest_key" ON "Snapshot"("systemId", "profileKey", "digest");

-- CreateIndex
CREATE INDEX "Evidence_releaseId_profileKey_gateKey_recordedAt_idx" ON "Evidence"("releaseId", "profileKey", "gateKey", "recordedAt" DESC);

-- CreateIndex
CREATE INDEX "Evidence_systemId_recordedAt_id_idx" ON "Evidence"("systemId", "recordedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Evidence_gateId_idx" ON "Evidence"("gateId");

-- CreateIndex
CREATE INDEX "Evidence_broughtById_idx" ON "Evidence"("broughtById");

-- CreateIndex
CREATE UNIQUE INDEX "Evidence_releaseId_profileKey_gateKey_broughtById_digest_key" ON "Evidence"("releaseId", "profileKey", "gateKey", "broughtById", "digest");

-- CreateIndex
CREATE UNIQUE INDEX "ChecklistTemplate_systemId_checklistKey_number_key" ON "ChecklistTemplate"("systemId", "checklistKey", "number");

-- CreateIndex
CREATE UNIQUE INDEX "ChecklistTemplate_systemId_checklistKey_hash_key" ON "ChecklistTemplate"("systemId", "checklistKey", "hash");

-- CreateIndex
CREATE INDEX "ChecklistRun_releaseId_profileKey_checklistKey_startedAt_idx" ON "ChecklistRun"("releaseId", "profileKey", "checklistKey", "startedAt" DESC);

-- CreateIndex
CREATE INDEX "ChecklistRun_systemId_startedAt_id_idx" ON "ChecklistRun"("systemId", "startedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "ChecklistTick_runId_itemId_at_idx" ON "ChecklistTick"("runId", "itemId", "at" DESC);

-- CreateIndex
CREATE INDEX "Promotion_systemId_status_openedAt_id_idx" ON "Promotion"("systemId", "status", "openedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Promotion_status_openedAt_id_idx" ON "Promotion"("status", "openedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Promotion_systemId_toKey_status_endedAt_idx" ON "Promotion"("systemId", "toKey", "status", "endedAt" DESC);

-- CreateIndex
CREATE INDEX "Promotion_releaseId_idx" ON "Promotion"("releaseId");

-- CreateIndex
CREATE INDEX "Promotion_edgeId_idx" ON "Promotion"("edgeId");

-- CreateIndex
CREATE INDEX "SealedVersion_promotionId_idx" ON "SealedVersion"("promotionId");

-- CreateIndex
CREATE INDEX "SealedVersion_hash_idx" ON "SealedVersion"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "SealedVersion_subject_subjectId_number_key" ON "SealedVersion"("subject", "subjectId", "number");

-- CreateIndex
CREATE UNIQUE INDEX "SealedVersion_id_requesterId_hash_key" ON "SealedVersion"("id", "requesterId", "hash");

-- CreateIndex
CREATE UNIQUE INDEX "SignOff_stepUpId_key" ON "SignOff"("stepUpId");

-- CreateIndex
CREATE INDEX "SignOff_sealedVersionId_idx" ON "SignOff"("sealedVersionId");

-- CreateIndex
CREATE INDEX "SignOff_signerId_signedAt_idx" ON "SignOff"("signerId", "signedAt" DESC);

-- CreateIndex
CREATE INDEX "Question_promotionId_askedAt_idx" ON "Question"("promotionId", "askedAt");

-- CreateIndex
CREATE INDEX "Deployment_systemId_profileKey_startedAt_id_idx" ON "Deployment"("systemId", "profileKey", "startedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Deployment_startedAt_id_idx" ON "Deployment"("startedAt" DESC, "id");

-- CreateIndex
CREATE INDEX "Deployment_promotionId_idx" ON "Deployment"("promotionId");

-- CreateIndex
CREATE INDEX "Deployment_releaseId_idx" ON "Deployment"("releaseId");

-- AddForeignKey
ALTER TABLE "PolicyVersion" ADD CONSTRAINT "PolicyVersion_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PolicyVersion" ADD CONSTRAINT "PolicyVersion_appliedById_fkey" FOREIGN KEY ("appliedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Profile" ADD CONSTRAINT "Profile_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromotionEdge" ADD CONSTRAINT "PromotionEdge_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromotionEdge" ADD CONSTRAINT "PromotionEdge_fromId_fkey" FOREIGN KEY ("fromId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromotionEdge" ADD CONSTRAINT "PromotionEdge_toId_fkey" FOREIGN KEY ("toId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PromotionGate" ADD CONSTRAINT "PromotionGate_edgeId_fkey" FOREIGN KEY ("edgeId") REFERENCES "PromotionEdge"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignOffSlot" ADD CONSTRAINT "SignOffSlot_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignOffSlot" ADD CONSTRAINT "SignOffSlot_edgeId_fkey" FOREIGN KEY ("edgeId") REFERENCES "PromotionEdge"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RotationOwnership" ADD CONSTRAINT "RotationOwnership_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RotationOwnership" ADD CONSTRAINT "RotationOwnership_profileId_fkey" FOREIGN KEY ("profileId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RotationOwner" ADD CONSTRAINT "RotationOwner_ownershipId_fkey" FOREIGN KEY ("ownershipId") REFERENCES "RotationOwnership"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SecretMapping" ADD CONSTRAINT "SecretMapping_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConstraintCell" ADD CONSTRAINT "ConstraintCell_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ConstraintCell" ADD CONSTRAINT "ConstraintCell_profileId_fkey" FOREIGN KEY ("profileId") REFERENCES "Profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Variable" ADD CONSTRAINT "Variable_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Principal" ADD CONSTRAINT "Principal_sponsorId_fkey" FOREIGN KEY ("sponsorId") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Person" ADD CONSTRAINT "Person_principalId_fkey" FOREIGN KEY ("principalId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CommitIdentity" ADD CONSTRAINT "CommitIdentity_principalId_fkey" FOREIGN KEY ("principalId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleGrant" ADD CONSTRAINT "RoleGrant_principalId_fkey" FOREIGN KEY ("principalId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleGrant" ADD CONSTRAINT "RoleGrant_grantedById_fkey" FOREIGN KEY ("grantedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RoleGrant" ADD CONSTRAINT "RoleGrant_revokedById_fkey" FOREIGN KEY ("revokedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_principalId_fkey" FOREIGN KEY ("principalId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_actsAsId_fkey" FOREIGN KEY ("actsAsId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiToken" ADD CONSTRAINT "ApiToken_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Release" ADD CONSTRAINT "Release_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Release" ADD CONSTRAINT "Release_registeredById_fkey" FOREIGN KEY ("registeredById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Release" ADD CONSTRAINT "Release_bundleApprovedById_fkey" FOREIGN KEY ("bundleApprovedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReleaseChange" ADD CONSTRAINT "ReleaseChange_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReleaseContributor" ADD CONSTRAINT "ReleaseContributor_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Snapshot" ADD CONSTRAINT "Snapshot_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Snapshot" ADD CONSTRAINT "Snapshot_recordedById_fkey" FOREIGN KEY ("recordedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evidence" ADD CONSTRAINT "Evidence_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evidence" ADD CONSTRAINT "Evidence_gateId_fkey" FOREIGN KEY ("gateId") REFERENCES "PromotionGate"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evidence" ADD CONSTRAINT "Evidence_broughtById_fkey" FOREIGN KEY ("broughtById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evidence" ADD CONSTRAINT "Evidence_snapshotId_fkey" FOREIGN KEY ("snapshotId") REFERENCES "Snapshot"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evidence" ADD CONSTRAINT "Evidence_checklistRunId_fkey" FOREIGN KEY ("checklistRunId") REFERENCES "ChecklistRun"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ChecklistTemplate" ADD CONSTRAINT "ChecklistTemplate_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ChecklistTemplate" ADD CONSTRAINT "ChecklistTemplate_importedById_fkey" FOREIGN KEY ("importedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ChecklistRun" ADD CONSTRAINT "ChecklistRun_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ChecklistRun" ADD CONSTRAINT "ChecklistRun_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ChecklistRun" ADD CONSTRAINT "ChecklistRun_templateId_fkey" FOREIGN KEY ("templateId") REFERENCES "ChecklistTemplate"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ChecklistRun" ADD CONSTRAINT "ChecklistRun_startedById_fkey" FOREIGN KEY ("startedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ChecklistTick" ADD CONSTRAINT "ChecklistTick_runId_fkey" FOREIGN KEY ("runId") REFERENCES "ChecklistRun"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ChecklistTick" ADD CONSTRAINT "ChecklistTick_byId_fkey" FOREIGN KEY ("byId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Promotion" ADD CONSTRAINT "Promotion_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Promotion" ADD CONSTRAINT "Promotion_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Promotion" ADD CONSTRAINT "Promotion_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Promotion" ADD CONSTRAINT "Promotion_edgeId_fkey" FOREIGN KEY ("edgeId") REFERENCES "PromotionEdge"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Promotion" ADD CONSTRAINT "Promotion_openedById_fkey" FOREIGN KEY ("openedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SealedVersion" ADD CONSTRAINT "SealedVersion_promotionId_fkey" FOREIGN KEY ("promotionId") REFERENCES "Promotion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SealedVersion" ADD CONSTRAINT "SealedVersion_sealedById_fkey" FOREIGN KEY ("sealedById") REFERENCES "Principal"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DossierOpening" ADD CONSTRAINT "DossierOpening_sealedVersionId_fkey" FOREIGN KEY ("sealedVersionId") REFERENCES "SealedVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DossierOpening" ADD CONSTRAINT "DossierOpening_principalId_fkey" FOREIGN KEY ("principalId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignOff" ADD CONSTRAINT "SignOff_sealedVersionId_requesterId_sealedHash_fkey" FOREIGN KEY ("sealedVersionId", "requesterId", "sealedHash") REFERENCES "SealedVersion"("id", "requesterId", "hash") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignOff" ADD CONSTRAINT "SignOff_slotId_fkey" FOREIGN KEY ("slotId") REFERENCES "SignOffSlot"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignOff" ADD CONSTRAINT "SignOff_signerId_fkey" FOREIGN KEY ("signerId") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignOff" ADD CONSTRAINT "SignOff_grantId_fkey" FOREIGN KEY ("grantId") REFERENCES "RoleGrant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Question" ADD CONSTRAINT "Question_promotionId_fkey" FOREIGN KEY ("promotionId") REFERENCES "Promotion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Question" ADD CONSTRAINT "Question_askedById_fkey" FOREIGN KEY ("askedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_systemId_fkey" FOREIGN KEY ("systemId") REFERENCES "System"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_policyVersionId_fkey" FOREIGN KEY ("policyVersionId") REFERENCES "PolicyVersion"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_promotionId_fkey" FOREIGN KEY ("promotionId") REFERENCES "Promotion"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_revertsId_fkey" FOREIGN KEY ("revertsId") REFERENCES "Deployment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_startedById_fkey" FOREIGN KEY ("startedById") REFERENCES "Principal"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_runId_fkey" FOREIGN KEY ("runId") REFERENCES "ChecklistRun"("id") ON DELETE SET NULL ON UPDATE CASCADE;

