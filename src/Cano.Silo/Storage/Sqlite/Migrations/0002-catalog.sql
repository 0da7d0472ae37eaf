-- The catalog: every batch as a row, for recovery, retention, lists and whoever likes to ask in SQL. docs/catalog.md says what the columns mean.
-- Times are text, "2026-11-22T12:00:00.000000Z": UTC, and sorted by their letters. What is true is 1, what is false 0.

CREATE TABLE CanoBatch
(
    ServiceId     TEXT    NOT NULL,
    Id            TEXT    NOT NULL,
    Name          TEXT    NULL,
    Phase         TEXT    NOT NULL,
    StopReason    TEXT    NULL,
    DecidedBy     TEXT    NULL,
    Total         INTEGER NOT NULL,
    Pending       INTEGER NOT NULL,
    Running       INTEGER NOT NULL,
    Completed     INTEGER NOT NULL,
    Failed        INTEGER NOT NULL,
    Cancelled     INTEGER NOT NULL,
    CreatedAt     TEXT    NOT NULL,
    StartedAt     TEXT    NULL,
    Deadline      TEXT    NULL,
    StoppedAt     TEXT    NULL,
    FinishedAt    TEXT    NULL,
    PurgedAt      TEXT    NULL,
    IsBeingPurged INTEGER NOT NULL,
    IsUnfinished  INTEGER NOT NULL,
    Owner         TEXT    NOT NULL,
    Version       INTEGER NOT NULL,
    Digest        TEXT    NOT NULL,
    Partitions    INTEGER NOT NULL,
    PRIMARY KEY (Id, Digest, ServiceId)
) WITHOUT ROWID;

-- Lists: newest first, going on after the last row seen.
CREATE INDEX CanoBatchNewest ON CanoBatch (ServiceId, CreatedAt DESC, Id DESC) WHERE PurgedAt IS NULL;
CREATE INDEX CanoBatchName ON CanoBatch (ServiceId, Name, CreatedAt DESC, Id DESC) WHERE Name IS NOT NULL;

-- Recovery, every few seconds: it reads the ids from the index, and rows only of those that nobody drives.
-- (SQLite goes by the index alone only if it finds every column there that the query names.)
CREATE INDEX CanoBatchUnfinished ON CanoBatch (ServiceId, Owner, Id, IsUnfinished) WHERE IsUnfinished;

-- Retention, every minute.
CREATE INDEX CanoBatchExpiry ON CanoBatch (ServiceId, coalesce(PurgedAt, FinishedAt)) WHERE NOT IsUnfinished;

CREATE TABLE CanoBatchWorkflow
(
    ServiceId TEXT NOT NULL,
    BatchId   TEXT NOT NULL,
    Digest    TEXT NOT NULL,
    CreatedAt TEXT NOT NULL,
    Workflow  TEXT NOT NULL,
    PRIMARY KEY (ServiceId, BatchId, Digest, Workflow)
) WITHOUT ROWID;

CREATE INDEX CanoBatchWorkflowNewest ON CanoBatchWorkflow (ServiceId, Workflow, CreatedAt DESC, BatchId DESC);

CREATE TABLE CanoBatchLabel
(
    ServiceId TEXT NOT NULL,
    BatchId   TEXT NOT NULL,
    Digest    TEXT NOT NULL,
    CreatedAt TEXT NOT NULL,
    Label     TEXT NOT NULL,
    PRIMARY KEY (ServiceId, BatchId, Digest, Label)
) WITHOUT ROWID;

CREATE INDEX CanoBatchLabelNewest ON CanoBatchLabel (ServiceId, Label, CreatedAt DESC, BatchId DESC);
