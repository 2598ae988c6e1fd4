-- Whose user an id is in a product is asked whenever a contact gets one: it is one contact's (rule T12).
CREATE INDEX contact_user_by_user ON contact_user (provider_id, product, user_id);
