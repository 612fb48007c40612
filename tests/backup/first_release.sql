insert into staff (id, email, name, roles, teams, password_hash, active, created_at) values
  ('staff-ben', 'ben@emberly.example', 'Ben', '["agent"]', '["service"]', 'unusable', true, '2026-01-05 08:00:00.000000'),
  ('staff-cleo', 'cleo@emberly.example', 'Cleo 陈', '["editor"]', '[]', 'unusable', false, '2026-01-05 08:00:00.000001');
insert into keys (name, "value") values ('conversation_tokens', 'first-release-first-release-first-release');
insert into staff_sessions (token_hash, staff_id, csrf, created_at, seen_at, expires_at) values
  ('hash', 'staff-ben', 'csrf', '2026-01-05 08:00:00.000000', '2026-01-05 08:30:00.000000', '2126-01-05 20:30:00.000000');
insert into jobs (kind, "key", payload, state, run_at, attempts, max_attempts, lease_until, last_error, created_at, finished_at) values
  ('index_article', 'lock.en', '{"article_id": "lock.en"}', 'done', '2026-01-05 08:10:00.000000', 1, 8, null, null, '2026-01-05 08:10:00.000000', '2026-01-05 08:10:01.000000'),
  ('index_article', null, '{"article_id": "none"}', 'failed', '2026-01-05 08:10:00.000000', 8, 8, null, 'KnowledgeRefused', '2026-01-05 08:10:00.000000', null);
insert into articles (id, version, language, kind, question, variants, answer, tags, audience, status, created_at, updated_at, updated_by) values
  ('lock.en', 2, 'en', 'answer', 'My lock is offline', '["The lock does not answer", "锁离线 🔒"]', 'Press the button.
Then wait.', '["lock"]', 'public', 'published', '2026-01-05 08:05:00.000000', '2026-01-05 08:10:00.000000', 'staff-cleo');
insert into article_versions (article_id, version, question, variants, answer, tags, audience, status, at, "by") values
  ('lock.en', 1, 'My lock is offline', '[]', 'Press the button.', '[]', 'public', 'draft', '2026-01-05 08:05:00.000000', 'staff-cleo'),
  ('lock.en', 2, 'My lock is offline', '["The lock does not answer"]', 'Press the button.', '["lock"]', 'public', 'published', '2026-01-05 08:10:00.000000', null);
insert into customers (id, person_key, name, email, phone, tier, account, created_at) values
  ('customer-ada', 'visitor:ada', 'Ada', 'ada@example.com', null, 'gold', null, '2026-01-05 09:00:00.000000'),
  ('customer-li', 'host:李', null, null, '+86 10 1234', null, 'A-1', '2026-01-05 09:00:00.123456');
insert into channel_identities (id, customer_id, channel, address) values ('identity-ada', 'customer-ada', 'web', 'ada');
insert into conversations (id, customer_id, channel, family, language, owner, owner_version, agent_id, last_seq, last_customer_seq, last_customer_at, episode, episode_turns, misses, complaints, human_offered, last_article_id, told_at, closed_at, turn_lease_until, turn_lease_by, created_at) values
  ('conversation-ada', 'customer-ada', 'web', 'chat', 'en', 'bot', 1, null, 3, 3, '2026-01-05 09:05:00.000000', 1, 1, 0, 0, false, 'lock.en', '2026-01-05 09:00:01.000000', null, '2026-01-05 09:05:20.000000', 'worker-gone', '2026-01-05 09:00:00.000000'),
  ('conversation-li', 'customer-li', 'app', 'chat', 'zh', 'agent', 3, 'staff-ben', 1, 1, '2026-01-05 09:10:00.000000', 1, 0, 0, 1, true, null, null, null, null, null, '2026-01-05 09:10:00.000000');
insert into messages (id, conversation_id, seq, author, kind, text, choices, choice, article_id, article_question, staff_id, client_message_id, in_reply_to, part, episode, at) values
  ('message-1', 'conversation-ada', 1, 'customer', 'text', 'my "lock" is \offline\ – it''s	dead', null, null, null, null, null, 'a1', null, null, 1, '2026-01-05 09:00:00.500000'),
  ('message-2', 'conversation-ada', 2, 'bot', 'choices', 'Press the button.', '[{"title": "It works", "payload": "ok"}]', null, 'lock.en', 'My lock is offline', null, null, 'message-1', 0, 1, '2026-01-05 09:00:01.000000'),
  ('message-3', 'conversation-ada', 3, 'customer', 'text', 'and the second one?', null, 'ok', null, null, null, 'a2', null, null, 1, '2026-01-05 09:05:00.000000'),
  ('message-4', 'conversation-li', 1, 'customer', 'text', '冒烟了！！
怎么办', null, null, null, null, null, 'l1', null, null, 1, '2026-01-05 09:10:00.000000');
insert into turns (message_id, conversation_id, seq, state, accepted_at, answered_at, engine, intent, confidence, outcome, facts, attempts, recount) values
  ('message-1', 'conversation-ada', 1, 'done', '2026-01-05 09:00:00.500000', '2026-01-05 09:00:01.000000', 'rasa', 'question', 0.1, 'answered', '{"language": "en", "anger": 0.0}', 1, null),
  ('message-3', 'conversation-ada', 3, 'waiting', '2026-01-05 09:05:00.000000', null, null, null, null, null, null, 0, null),
  ('message-4', 'conversation-li', 1, 'done', '2026-01-05 09:10:00.000000', '2026-01-05 09:10:01.000000', 'knowledge', null, 1.0, 'handed_over', '{}', 2, 'due');
insert into feedback (message_id, conversation_id, article_id, helpful, reason, at) values
  ('message-2', 'conversation-ada', 'lock.en', true, null, '2026-01-05 09:01:00.000000');
insert into gaps (message_id, conversation_id, customer_id, language, text, reason, at) values
  ('message-4', 'conversation-li', 'customer-li', 'zh', '怎么办', 'unanswered', '2026-01-05 09:10:01.000000');
insert into tickets (conversation_id, customer_id, message_id, episode, channel, language, request_type, topic, status, reason, priority, priority_reasons, signals, team, holder_id, summary, created_at, first_response_due, resolution_due, first_response_at, waiting_until, resolved_at, solution, cause, version) values
  ('conversation-li', 'customer-li', 'message-4', 1, 'app', 'zh', 'complaint', 'safety', 'open', 'risk', 'urgent', '[{"reason": "risk"}]', '["risk:fire"]', 'service', 'staff-ben', '冒烟了', '2026-01-05 09:10:01.000000', '2026-01-05 09:15:01.000000', '2026-01-05 13:10:01.000000', null, null, null, null, null, 2);
insert into ticket_events (ticket_id, at, event, text, detail, staff_id, seq, visible_to_customer) values
  (1, '2026-01-05 09:10:01.000000', 'created', '已转人工', '{"team": "service"}', null, null, true),
  (1, '2026-01-05 09:11:00.000000', 'claimed', 'Ben', '{}', 'staff-ben', 1, false);
insert into topic_watches (topic, counted_from) values ('safety', null), ('delivery', '2026-01-04 00:00:00.000000');
insert into mentions (id, topic, message_id, conversation_id, customer_id, channel, family, at, text) values
  ('mention-1', 'safety', 'message-4', 'conversation-li', 'customer-li', 'app', 'chat', '2026-01-05 09:10:00.000000', '冒烟了');
insert into alerts (id, topic, phase, level, "trigger", window_minutes, rule, people, messages, channels, families, baseline, opened_at, last_mention_at, closed_at, version) values
  ('alert-1', 'safety', 'handling', 'potential', 'count', 30, '{"people": 1}', 1, 1, '["app"]', '["chat"]', 0.25, '2026-01-05 09:10:02.000000', '2026-01-05 09:10:00.000000', null, 2);
insert into alert_mentions (alert_id, mention_id) values ('alert-1', 'mention-1');
insert into alert_departments (alert_id, department, due_at, acknowledged_at) values
  ('alert-1', 'legal', '2026-01-05 10:10:02.000000', null);
insert into alert_events (alert_id, at, event, note, detail, staff_id) values
  ('alert-1', '2026-01-05 09:10:02.000000', 'opened', '', '{}', null);
