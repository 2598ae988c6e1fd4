-- Who ended a ground or a visit; neither where the server did. How stands beside it.
ALTER TABLE ground ADD COLUMN ended_by_staff UUID;
ALTER TABLE ground ADD COLUMN ended_by_contact UUID;
ALTER TABLE visit ADD COLUMN ended_by_staff UUID;
ALTER TABLE visit ADD COLUMN ended_by_contact UUID;
