-- The keys that protect what browsers keep (sign-ins, anti-forgery tokens). Never changed or removed by Cano; one is added every three months.

CREATE TABLE CanoProtectionKey
(
    ServiceId TEXT    NOT NULL,
    Number    INTEGER NOT NULL,
    Name      TEXT    NOT NULL,
    Xml       TEXT    NOT NULL,
    PRIMARY KEY (ServiceId, Number)
) WITHOUT ROWID;
