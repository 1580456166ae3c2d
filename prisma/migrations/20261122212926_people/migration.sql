-- AlterTable
ALTER TABLE "Handover" ADD COLUMN     "introducedFor" TEXT;

-- AlterTable
ALTER TABLE "Mail" ADD COLUMN     "audience" TEXT NOT NULL DEFAULT 'internal',
ADD COLUMN     "bouncedAt" TIMESTAMP(3),
ADD COLUMN     "calendar" JSONB,
ADD COLUMN     "cc" TEXT[],
ADD COLUMN     "claimedUntil" TIMESTAMP(3),
ADD COLUMN     "fromName" TEXT,
ADD COLUMN     "html" TEXT,
ADD COLUMN     "memberId" TEXT,
ADD COLUMN     "personal" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "replyTo" TEXT,
ADD COLUMN     "scope" TEXT NOT NULL DEFAULT 'handover',
ADD COLUMN     "scopeId" TEXT,
ADD COLUMN     "unsubscribe" TEXT;

-- AlterTable
ALTER TABLE "Ownership" ADD COLUMN     "warm" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "ReleaseCard" ADD COLUMN     "alumni" TEXT NOT NULL DEFAULT 'by-reason';

-- CreateTable
CREATE TABLE "Relationship" (
    "id" TEXT NOT NULL,
    "handoverId" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "connection" TEXT,
    "account" TEXT,
    "contact" TEXT,
    "organisation" TEXT,
    "givenName" TEXT,
    "familyName" TEXT,
    "email" TEXT,
    "phone" TEXT,
    "language" TEXT,
    "timeZone" TEXT,
    "value" DOUBLE PRECISION,
    "lastActivity" TEXT,
    "tier" TEXT NOT NULL,
    "tierReason" TEXT NOT NULL,
    "marked" TEXT,
    "wish" TEXT,
    "onlyTie" BOOLEAN NOT NULL DEFAULT false,
    "private" BOOLEAN NOT NULL DEFAULT false,
    "note" TEXT,
    "topic" TEXT,
    "main" BOOLEAN NOT NULL DEFAULT false,
    "bundle" INTEGER,
    "addedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Relationship_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Introduction" (
    "id" TEXT NOT NULL,
    "handoverId" TEXT NOT NULL,
    "relationshipId" TEXT NOT NULL,
    "bundle" INTEGER,
    "tier" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'proposed',
    "reason" TEXT,
    "agreedAt" TIMESTAMP(3),
    "proposals" JSONB,
    "callStart" TIMESTAMP(3),
    "callEnd" TIMESTAMP(3),
    "sequence" INTEGER NOT NULL DEFAULT 0,
    "invited" TEXT,
    "invitedStart" TIMESTAMP(3),
    "invitedId" TEXT,
    "needs" TEXT[],
    "heldAt" TIMESTAMP(3),
    "sentAt" TIMESTAMP(3),
    "repliedAt" TIMESTAMP(3),
    "successorAt" TIMESTAMP(3),
    "doneAt" TIMESTAMP(3),
    "askedAt" TIMESTAMP(3),
    "successorId" TEXT,
    "debtAt" TIMESTAMP(3),
    "debtClosedAt" TIMESTAMP(3),
    "debtFollowUps" INTEGER NOT NULL DEFAULT 0,
    "debtResolution" TEXT,
    "refusedAt" TIMESTAMP(3),
    "round" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Introduction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CrmTask" (
    "key" TEXT NOT NULL,
    "handoverId" TEXT NOT NULL,
    "introductionId" TEXT,
    "connection" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "dueAt" TIMESTAMP(3) NOT NULL,
    "task" TEXT,
    "state" TEXT NOT NULL DEFAULT 'intended',
    "lastError" TEXT,

    CONSTRAINT "CrmTask_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "Mandate" (
    "id" TEXT NOT NULL,
    "handoverId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "detail" TEXT,
    "dueDay" TEXT,
    "doneAt" TIMESTAMP(3),
    "addedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Mandate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Score" (
    "handoverId" TEXT NOT NULL,
    "bundle" INTEGER NOT NULL,
    "after" TEXT NOT NULL,
    "keptOwner" BOOLEAN,
    "ownActivity" BOOLEAN,
    "dealsKept" BOOLEAN,
    "at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Score_pkey" PRIMARY KEY ("handoverId","bundle","after")
);

-- CreateTable
CREATE TABLE "Member" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "employmentId" TEXT NOT NULL,
    "handoverId" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'asked',
    "retiree" BOOLEAN NOT NULL DEFAULT false,
    "redundancy" BOOLEAN NOT NULL DEFAULT false,
    "checkInsAllowed" BOOLEAN NOT NULL DEFAULT true,
    "connection" TEXT NOT NULL,
    "country" TEXT,
    "language" TEXT NOT NULL,
    "email" TEXT,
    "confirmedAt" TIMESTAMP(3),
    "pendingEmail" TEXT,
    "employmentEnd" TIMESTAMP(3) NOT NULL,
    "invitedAt" TIMESTAMP(3),
    "remindedAt" TIMESTAMP(3),
    "joinedAt" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),
    "endReason" TEXT,
    "stoppedAt" TIMESTAMP(3),
    "bouncedAt" TIMESTAMP(3),
    "returnedAt" TIMESTAMP(3),
    "quietUntil" TIMESTAMP(3),
    "recall" BOOLEAN NOT NULL DEFAULT false,
    "preferences" TEXT[],
    "groupAt" TIMESTAMP(3),
    "revision" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMP(3),

    CONSTRAINT "Member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Consent" (
    "id" TEXT NOT NULL,
    "memberId" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "wording" TEXT NOT NULL,
    "givenAt" TIMESTAMP(3) NOT NULL,
    "withdrawnAt" TIMESTAMP(3),

    CONSTRAINT "Consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CheckIn" (
    "memberId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "dueAt" TIMESTAMP(3) NOT NULL,
    "sentAt" TIMESTAMP(3),
    "remindedAt" TIMESTAMP(3),
    "answeredAt" TIMESTAMP(3),
    "answer" TEXT,
    "detail" JSONB,
    "actedAt" TIMESTAMP(3),
    "skippedAt" TIMESTAMP(3),
    "skipReason" TEXT,

    CONSTRAINT "CheckIn_pkey" PRIMARY KEY ("memberId","kind")
);

-- CreateTable
CREATE TABLE "Errand" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "handoverId" TEXT,
    "memberId" TEXT,
    "to" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "doneAt" TIMESTAMP(3),

    CONSTRAINT "Errand_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Link" (
    "hash" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "handoverId" TEXT,
    "memberId" TEXT,
    "personId" TEXT,
    "subject" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),

    CONSTRAINT "Link_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "Suppression" (
    "hash" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "until" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Suppression_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "Tie" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "givenName" TEXT NOT NULL,
    "familyName" TEXT NOT NULL,
    "email" TEXT,
    "profileUrl" TEXT,
    "company" TEXT,
    "position" TEXT,
    "connectedOn" TEXT,
    "connection" TEXT,
    "contact" TEXT,
    "matchedBy" TEXT,
    "score" DOUBLE PRECISION,
    "review" BOOLEAN NOT NULL DEFAULT false,
    "shared" BOOLEAN NOT NULL DEFAULT false,
    "seenAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Tie_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Relationship_handoverId_bundle_idx" ON "Relationship"("handoverId", "bundle");

-- CreateIndex
CREATE UNIQUE INDEX "Relationship_handoverId_connection_contact_key" ON "Relationship"("handoverId", "connection", "contact");

-- CreateIndex
CREATE UNIQUE INDEX "Introduction_relationshipId_key" ON "Introduction"("relationshipId");

-- CreateIndex
CREATE INDEX "Introduction_handoverId_state_idx" ON "Introduction"("handoverId", "state");

-- CreateIndex
CREATE INDEX "Introduction_debtAt_debtClosedAt_idx" ON "Introduction"("debtAt", "debtClosedAt");

-- CreateIndex
CREATE INDEX "CrmTask_handoverId_state_idx" ON "CrmTask"("handoverId", "state");

-- CreateIndex
CREATE INDEX "CrmTask_introductionId_idx" ON "CrmTask"("introductionId");

-- CreateIndex
CREATE INDEX "Mandate_handoverId_idx" ON "Mandate"("handoverId");

-- CreateIndex
CREATE UNIQUE INDEX "Member_handoverId_key" ON "Member"("handoverId");

-- CreateIndex
CREATE INDEX "Member_personId_idx" ON "Member"("personId");

-- CreateIndex
CREATE INDEX "Member_employmentId_idx" ON "Member"("employmentId");

-- CreateIndex
CREATE INDEX "Member_endedAt_dueAt_idx" ON "Member"("endedAt", "dueAt");

-- CreateIndex
CREATE UNIQUE INDEX "Consent_memberId_purpose_givenAt_key" ON "Consent"("memberId", "purpose", "givenAt");

-- CreateIndex
CREATE UNIQUE INDEX "Errand_key_key" ON "Errand"("key");

-- CreateIndex
CREATE INDEX "Errand_memberId_idx" ON "Errand"("memberId");

-- CreateIndex
CREATE INDEX "Link_handoverId_idx" ON "Link"("handoverId");

-- CreateIndex
CREATE INDEX "Link_memberId_idx" ON "Link"("memberId");

-- CreateIndex
CREATE INDEX "Link_personId_idx" ON "Link"("personId");

-- CreateIndex
CREATE INDEX "Tie_connection_contact_idx" ON "Tie"("connection", "contact");

-- CreateIndex
CREATE UNIQUE INDEX "Tie_personId_source_key_key" ON "Tie"("personId", "source", "key");

-- CreateIndex
CREATE INDEX "Mail_scope_scopeId_state_idx" ON "Mail"("scope", "scopeId", "state");

-- CreateIndex
CREATE INDEX "Mail_memberId_idx" ON "Mail"("memberId");

-- AddForeignKey
ALTER TABLE "Relationship" ADD CONSTRAINT "Relationship_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Introduction" ADD CONSTRAINT "Introduction_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Mandate" ADD CONSTRAINT "Mandate_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Consent" ADD CONSTRAINT "Consent_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CheckIn" ADD CONSTRAINT "CheckIn_memberId_fkey" FOREIGN KEY ("memberId") REFERENCES "Member"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Tie" ADD CONSTRAINT "Tie_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Mails that were queued before belong to their handover.
UPDATE "Mail" SET "scopeId" = "handoverId";
