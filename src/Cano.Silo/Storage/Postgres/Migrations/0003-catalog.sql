-- The catalog: every batch as a row, for recovery, retention, lists and whoever likes to ask in SQL. docs/catalog.md says what the columns mean.

CREATE TABLE CanoBatch
(
    ServiceId     text COLLATE "C" NOT NULL,
    Id            text COLLATE "C" NOT NULL,
    Name          text             NULL,
    Phase         text             NOT NULL,
    StopReason    text             NULL,
    DecidedBy     text             NULL,
    Total         integer          NOT NULL,
    Pending       integer          NOT NULL,
    Running       integer          NOT NULL,
    Completed     integer          NOT NULL,
    Failed        integer          NOT NULL,
    Cancelled     integer          NOT NULL,
    CreatedAt     timestamptz      NOT NULL,
    StartedAt     timestamptz      NULL,
    Deadline      timestamptz      NULL,
    StoppedAt     timestamptz      NULL,
    FinishedAt    timestamptz      NULL,
    PurgedAt      timestamptz      NULL,
    IsBeingPurged boolean          NOT NULL,
    IsUnfinished  boolean          NOT NULL,
    Owner         text COLLATE "C" NOT NULL,
    Version       bigint           NOT NULL,
    Digest        text COLLATE "C" NOT NULL,
    Partitions    integer          NOT NULL,

    PRIMARY KEY (Id, Digest, ServiceId)
);

-- Lists: newest first, going on after the last row seen.
CREATE INDEX CanoBatchNewest ON CanoBatch (ServiceId, CreatedAt DESC, Id DESC) WHERE PurgedAt IS NULL;
CREATE INDEX CanoBatchName ON CanoBatch (ServiceId, Name, CreatedAt DESC, Id DESC) WHERE Name IS NOT NULL;

-- Recovery, every few seconds: it reads the ids from the index, and rows only of those that nobody drives.
CREATE INDEX CanoBatchUnfinished ON CanoBatch (ServiceId, Owner, Id) WHERE IsUnfinished;

-- Retention, every minute.
CREATE INDEX CanoBatchExpiry ON CanoBatch (ServiceId, coalesce(PurgedAt, FinishedAt)) WHERE NOT IsUnfinished;

CREATE TABLE CanoBatchWorkflow
(
    ServiceId text COLLATE "C" NOT NULL,
    BatchId   text COLLATE "C" NOT NULL,
    Digest    text COLLATE "C" NOT NULL,
    CreatedAt timestamptz      NOT NULL,
    Workflow  text COLLATE "C" NOT NULL,

    PRIMARY KEY (ServiceId, BatchId, Digest, Workflow)
);

CREATE INDEX CanoBatchWorkflowNewest ON CanoBatchWorkflow (ServiceId, Workflow, CreatedAt DESC, BatchId DESC);

CREATE TABLE CanoBatchLabel
(
    ServiceId text COLLATE "C" NOT NULL,
    BatchId   text COLLATE "C" NOT NULL,
    Digest    text COLLATE "C" NOT NULL,
    CreatedAt timestamptz      NOT NULL,
    Label     text COLLATE "C" NOT NULL,

    PRIMARY KEY (ServiceId, BatchId, Digest, Label)
);

CREATE INDEX CanoBatchLabelNewest ON CanoBatchLabel (ServiceId, Label, CreatedAt DESC, BatchId DESC);
