-- CreateTable
CREATE TABLE "Delivery" (
    "id" TEXT NOT NULL,
    "connection" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "records" TEXT[],
    "receivedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nextAttemptAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimedUntil" TIMESTAMP(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "handledAt" TIMESTAMP(3),
    "deadAt" TIMESTAMP(3),
    "lastError" TEXT,

    CONSTRAINT "Delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Watermark" (
    "connection" TEXT NOT NULL,
    "since" TEXT NOT NULL,

    CONSTRAINT "Watermark_pkey" PRIMARY KEY ("connection")
);

-- CreateTable
CREATE TABLE "Person" (
    "id" TEXT NOT NULL,
    "givenName" TEXT NOT NULL,
    "familyName" TEXT NOT NULL,
    "workEmail" TEXT,
    "language" TEXT,
    "country" TEXT,

    CONSTRAINT "Person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Employment" (
    "id" TEXT NOT NULL,
    "connection" TEXT NOT NULL,
    "record" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "managerRecord" TEXT,
    "team" TEXT,
    "jobTitle" TEXT,
    "location" TEXT,
    "status" TEXT NOT NULL DEFAULT 'unknown',
    "startDay" TEXT,
    "employmentEnd" TEXT,
    "lastWorkingDay" TEXT,
    "reasonText" TEXT,
    "readAt" TIMESTAMP(3),
    "directoryAt" TIMESTAMP(3),
    "conclusion" TEXT,

    CONSTRAINT "Employment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Ending" (
    "id" BIGSERIAL NOT NULL,
    "connection" TEXT NOT NULL,
    "employmentId" TEXT NOT NULL,
    "change" TEXT NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Ending_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Handover" (
    "id" TEXT NOT NULL,
    "employmentId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'hris',
    "openKey" TEXT,
    "stage" TEXT NOT NULL DEFAULT 'snapshotting',
    "outcome" TEXT,
    "startedAt" TIMESTAMP(3) NOT NULL,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "paused" BOOLEAN NOT NULL DEFAULT false,
    "held" BOOLEAN NOT NULL DEFAULT false,
    "resumedAt" TIMESTAMP(3),
    "desired" INTEGER NOT NULL DEFAULT 1,
    "applied" INTEGER NOT NULL DEFAULT 0,
    "inForce" BOOLEAN NOT NULL DEFAULT true,
    "desiredState" JSONB NOT NULL,
    "snapshotAt" TIMESTAMP(3),
    "releasedAt" TIMESTAMP(3),
    "plannedAt" TIMESTAMP(3),
    "planVersion" INTEGER NOT NULL DEFAULT 0,
    "toldLeaverAt" TIMESTAMP(3),
    "toldTeamAt" TIMESTAMP(3),
    "toldContactsAt" TIMESTAMP(3),
    "releaseAsked" INTEGER NOT NULL DEFAULT 0,
    "releaseAskAt" TIMESTAMP(3),
    "lastWorkingDay" TEXT,
    "restoring" TEXT,
    "closedAt" TIMESTAMP(3),
    "sweptAt" TIMESTAMP(3),
    "waitingFor" JSONB NOT NULL DEFAULT '[]',
    "dueAt" TIMESTAMP(3),
    "refusals" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "Handover_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ReleaseCard" (
    "handoverId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "employmentEnd" TEXT,
    "lastWorkingDay" TEXT,
    "asking" TEXT NOT NULL,
    "competitor" TEXT NOT NULL,
    "whoKnows" TEXT NOT NULL,
    "circle" TEXT[],
    "announcement" TEXT,
    "custodianId" TEXT,
    "legalHold" BOOLEAN NOT NULL DEFAULT false,
    "edited" TEXT[],

    CONSTRAINT "ReleaseCard_pkey" PRIMARY KEY ("handoverId")
);

-- CreateTable
CREATE TABLE "Step" (
    "handoverId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "planVersion" INTEGER NOT NULL,
    "successorId" TEXT NOT NULL,
    "approverId" TEXT,
    "asked" TEXT[],
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "timedOut" BOOLEAN NOT NULL DEFAULT false,
    "reason" TEXT NOT NULL,
    "askedAt" TIMESTAMP(3),
    "remindedAt" TIMESTAMP(3),
    "decidedAt" TIMESTAMP(3),
    "decisionId" TEXT,
    "canaryAt" TIMESTAMP(3),

    CONSTRAINT "Step_pkey" PRIMARY KEY ("handoverId","id")
);

-- CreateTable
CREATE TABLE "SnapshotPart" (
    "handoverId" TEXT NOT NULL,
    "connection" TEXT NOT NULL,
    "recordType" TEXT NOT NULL,
    "cursor" TEXT,
    "doneAt" TIMESTAMP(3),

    CONSTRAINT "SnapshotPart_pkey" PRIMARY KEY ("handoverId","connection","recordType")
);

-- CreateTable
CREATE TABLE "Ownership" (
    "id" BIGSERIAL NOT NULL,
    "handoverId" TEXT NOT NULL,
    "connection" TEXT NOT NULL,
    "recordType" TEXT NOT NULL,
    "record" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "before" TEXT NOT NULL,
    "version" TEXT,
    "account" TEXT,
    "value" DOUBLE PRECISION,
    "closesOn" TEXT,
    "open" BOOLEAN NOT NULL DEFAULT true,
    "lastActivity" TEXT,
    "bundle" INTEGER,
    "stepId" TEXT,
    "planned" TEXT,
    "now" TEXT,
    "state" TEXT NOT NULL DEFAULT 'owned',
    "reason" TEXT,
    "canary" BOOLEAN NOT NULL DEFAULT false,
    "late" BOOLEAN NOT NULL DEFAULT false,
    "undo" BOOLEAN NOT NULL DEFAULT false,
    "intendedAt" TIMESTAMP(3),
    "writtenAt" TIMESTAMP(3),
    "verifiedAt" TIMESTAMP(3),
    "restoredAt" TIMESTAMP(3),

    CONSTRAINT "Ownership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CrmUser" (
    "connection" TEXT NOT NULL,
    "user" TEXT NOT NULL,
    "email" TEXT,
    "active" BOOLEAN NOT NULL,
    "personId" TEXT,
    "readAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "CrmUser_pkey" PRIMARY KEY ("connection","user")
);

-- CreateTable
CREATE TABLE "Decision" (
    "id" TEXT NOT NULL,
    "handoverId" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "by" TEXT,
    "comment" TEXT,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "result" TEXT,

    CONSTRAINT "Decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Parked" (
    "handoverId" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "stepId" TEXT,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "since" TIMESTAMP(3) NOT NULL,
    "resolvedAt" TIMESTAMP(3),
    "resolution" TEXT,

    CONSTRAINT "Parked_pkey" PRIMARY KEY ("handoverId","id")
);

-- CreateTable
CREATE TABLE "Mail" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "handoverId" TEXT,
    "personId" TEXT,
    "template" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "messageId" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sentAt" TIMESTAMP(3),
    "lastError" TEXT,

    CONSTRAINT "Mail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Pace" (
    "key" TEXT NOT NULL,
    "nextAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Pace_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "SweepFinding" (
    "id" BIGSERIAL NOT NULL,
    "handoverId" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "detail" TEXT NOT NULL,
    "foundAt" TIMESTAMP(3) NOT NULL,
    "resolvedAt" TIMESTAMP(3),

    CONSTRAINT "SweepFinding_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Delivery_handledAt_deadAt_nextAttemptAt_idx" ON "Delivery"("handledAt", "deadAt", "nextAttemptAt");

-- CreateIndex
CREATE UNIQUE INDEX "Delivery_connection_key_key" ON "Delivery"("connection", "key");

-- CreateIndex
CREATE INDEX "Person_workEmail_idx" ON "Person"("workEmail");

-- CreateIndex
CREATE INDEX "Employment_connection_managerRecord_idx" ON "Employment"("connection", "managerRecord");

-- CreateIndex
CREATE INDEX "Employment_connection_team_idx" ON "Employment"("connection", "team");

-- CreateIndex
CREATE UNIQUE INDEX "Employment_connection_record_key" ON "Employment"("connection", "record");

-- CreateIndex
CREATE INDEX "Ending_connection_at_idx" ON "Ending"("connection", "at");

-- CreateIndex
CREATE UNIQUE INDEX "Handover_openKey_key" ON "Handover"("openKey");

-- CreateIndex
CREATE INDEX "Handover_stage_idx" ON "Handover"("stage");

-- CreateIndex
CREATE UNIQUE INDEX "Handover_employmentId_number_key" ON "Handover"("employmentId", "number");

-- CreateIndex
CREATE INDEX "Ownership_handoverId_stepId_idx" ON "Ownership"("handoverId", "stepId");

-- CreateIndex
CREATE INDEX "Ownership_handoverId_bundle_idx" ON "Ownership"("handoverId", "bundle");

-- CreateIndex
CREATE UNIQUE INDEX "Ownership_handoverId_connection_recordType_record_field_key" ON "Ownership"("handoverId", "connection", "recordType", "record", "field");

-- CreateIndex
CREATE INDEX "CrmUser_connection_personId_idx" ON "CrmUser"("connection", "personId");

-- CreateIndex
CREATE INDEX "Decision_handoverId_at_idx" ON "Decision"("handoverId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "Mail_key_key" ON "Mail"("key");

-- CreateIndex
CREATE UNIQUE INDEX "Mail_messageId_key" ON "Mail"("messageId");

-- CreateIndex
CREATE INDEX "Mail_handoverId_state_idx" ON "Mail"("handoverId", "state");

-- CreateIndex
CREATE INDEX "SweepFinding_handoverId_resolvedAt_idx" ON "SweepFinding"("handoverId", "resolvedAt");

-- AddForeignKey
ALTER TABLE "Employment" ADD CONSTRAINT "Employment_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Handover" ADD CONSTRAINT "Handover_employmentId_fkey" FOREIGN KEY ("employmentId") REFERENCES "Employment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReleaseCard" ADD CONSTRAINT "ReleaseCard_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Step" ADD CONSTRAINT "Step_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SnapshotPart" ADD CONSTRAINT "SnapshotPart_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Ownership" ADD CONSTRAINT "Ownership_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Decision" ADD CONSTRAINT "Decision_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Parked" ADD CONSTRAINT "Parked_handoverId_fkey" FOREIGN KEY ("handoverId") REFERENCES "Handover"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Each row is updated five times on its way and no update changes an indexed column: with room on the page PostgreSQL need not touch the indexes.
ALTER TABLE "Ownership" SET (fillfactor = 50);
