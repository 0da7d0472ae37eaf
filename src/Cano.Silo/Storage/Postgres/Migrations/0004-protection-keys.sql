-- The keys that protect what browsers keep (sign-ins, anti-forgery tokens). Never changed or removed by Cano; one is added every three months.

CREATE TABLE CanoProtectionKey
(
    ServiceId text COLLATE "C" NOT NULL,
    Number    integer          NOT NULL,
    Name      text             NOT NULL,
    Xml       text             NOT NULL,

    PRIMARY KEY (ServiceId, Number)
);
