-- The signatures of proven mails: one that comes again under another mail is a replay (rule Z5).
CREATE TABLE mail_signature (
    provider_id UUID NOT NULL REFERENCES provider (id),
    -- Of the signing domain and the signature's bytes.
    hash TEXT NOT NULL,
    mail_id UUID NOT NULL REFERENCES mail (id),
    PRIMARY KEY (provider_id, hash)
);
CREATE INDEX mail_signature_by_mail ON mail_signature (provider_id, mail_id);

-- The organisation of an address that was answered automatically, hashed: a domain is not flooded with
-- answers to senders that somebody invents (control 46).
ALTER TABLE automatic_answer ADD COLUMN domain_hash TEXT;
CREATE INDEX automatic_answer_by_domain ON automatic_answer (provider_id, domain_hash, at);
CREATE INDEX automatic_answer_by_time ON automatic_answer (provider_id, at);
