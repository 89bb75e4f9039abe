BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE contact (
	id INTEGER NOT NULL, 
	email TEXT NOT NULL, 
	original TEXT DEFAULT '' NOT NULL, 
	organisation TEXT DEFAULT '' NOT NULL, 
	first_name TEXT DEFAULT '' NOT NULL, 
	last_name TEXT DEFAULT '' NOT NULL, 
	company TEXT DEFAULT '' NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	phone TEXT DEFAULT '' NOT NULL, 
	country TEXT DEFAULT '' NOT NULL, 
	language TEXT DEFAULT '' NOT NULL, 
	zone TEXT DEFAULT '' NOT NULL, 
	fields JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	CONSTRAINT pk_contact PRIMARY KEY (id), 
	CONSTRAINT uq_contact_email UNIQUE (email)
);
INSERT INTO "contact" VALUES(1,'pawel.wisniewska@pharosfoods.example','pawel.wisniewska@pharosfoods.example','pharosfoods.example','Paweł','Wiśniewska','Pharos Foods sp. z o.o.','Prezes','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(2,'malgorzata.szymanska@cobaltwerke.example','malgorzata.szymanska@cobaltwerke.example','cobaltwerke.example','Małgorzata','Szymańska','Cobalt Werke sp. z o.o.','Prezes','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(3,'malgorzata.zielinski@umbratextil.example','malgorzata.zielinski@umbratextil.example','umbratextil.example','Małgorzata','Zieliński','Umbra Textil sp. z o.o.','Head of Sales','','PL','','','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(4,'oliver.obrien@embertextil.example','oliver.obrien@embertextil.example','embertextil.example','Oliver','O''Brien','Ember Textil Ltd','Sales Director','','GB','','Europe/London','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(5,'pawel.jablonska@quartzenergia.example','pawel.jablonska@quartzenergia.example','quartzenergia.example','Paweł','Jabłońska','Quartz Energia sp. z o.o.','Kierownik regionu','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(6,'zoe.dupre@wickerenergia.example','zoe.dupre@wickerenergia.example','wickerenergia.example','Zoé','Dupré','Wicker Energia SAS','PDG','','FR','','Europe/Paris','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(7,'alasdair.whitcombe@lumensystems.example','alasdair.whitcombe@lumensystems.example','lumensystems.example','Alasdair','Whitcombe','Lumen Systems Ltd','VP Sales','','GB','','Europe/London','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(8,'malgorzata.wisniewska@umbratextil.example','malgorzata.wisniewska@umbratextil.example','umbratextil.example','Małgorzata','Wiśniewska','Umbra Textil sp. z o.o.','Prezes','','PL','','','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(9,'piotr.wisniewska@quartzenergia.example','piotr.wisniewska@quartzenergia.example','quartzenergia.example','Piotr','Wiśniewska','Quartz Energia sp. z o.o.','','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(10,'sabine.schroder@granittextil.example','sabine.schroder@granittextil.example','granittextil.example','Sabine','Schröder','Granit Textil GmbH','Leiterin Vertrieb Süd','','DE','','Europe/Berlin','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(11,'jurgen.weiss@amberrobotics.example','jurgen.weiss@amberrobotics.example','amberrobotics.example','Jürgen','Weiß','Amber Robotics GmbH','Leiterin Vertrieb Süd','','DE','','Europe/Berlin','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(12,'alasdair.hughes@lumensystems.example','alasdair.hughes@lumensystems.example','lumensystems.example','Alasdair','Hughes','Lumen Systems Ltd','VP Sales','','GB','','Europe/London','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(13,'marcus.delgado@harboursystems.example','marcus.delgado@harboursystems.example','harboursystems.example','Marcus','Delgado','Harbour Systems Inc.','CRO','','US','','America/New_York','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(14,'piotr.dabrowski@quartzenergia.example','piotr.dabrowski@quartzenergia.example','quartzenergia.example','Piotr','Dąbrowski','Quartz Energia sp. z o.o.','Dyrektor sprzedaży','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(15,'aurelie.chevalier@wickerenergia.example','aurelie.chevalier@wickerenergia.example','wickerenergia.example','Aurélie','Chevalier','Wicker Energia SAS','Directrice commerciale','','FR','','Europe/Paris','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(16,'katarzyna.kowalski@cobaltwerke.example','katarzyna.kowalski@cobaltwerke.example','cobaltwerke.example','Katarzyna','Kowalski','Cobalt Werke sp. z o.o.','Dyrektor sprzedaży','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(17,'marcus.fitzgerald@harboursystems.example','marcus.fitzgerald@harboursystems.example','harboursystems.example','Marcus','Fitzgerald','Harbour Systems Inc.','VP of Sales','','US','','America/New_York','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(18,'oliver.whitcombe@embertextil.example','oliver.whitcombe@embertextil.example','embertextil.example','Oliver','Whitcombe','Ember Textil Ltd','Sales Director','','GB','','Europe/London','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(19,'remi.noel@sokolwerke.example','remi.noel@sokolwerke.example','sokolwerke.example','Rémi','Noël','Sokół Werke SAS','PDG','','FR','','Europe/Paris','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(20,'remi.noel@deltalogistics.example','remi.noel@deltalogistics.example','deltalogistics.example','Rémi','Noël','Delta Logistics SAS','Directrice commerciale','','FR','','Europe/Paris','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(21,'sabine.bohm@meridianstudio.example','sabine.bohm@meridianstudio.example','meridianstudio.example','Sabine','Böhm','Meridian Studio GmbH','Head of Sales','','DE','','Europe/Berlin','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(22,'harry.ashworth@lumensystems.example','harry.ashworth@lumensystems.example','lumensystems.example','Harry','Ashworth','Lumen Systems Ltd','Commercial Manager','','GB','','Europe/London','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(23,'matthias.bohm@amberrobotics.example','matthias.bohm@amberrobotics.example','amberrobotics.example','Matthias','Böhm','Amber Robotics GmbH','Vertriebsleiter','','DE','','Europe/Berlin','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(24,'benoit.dupre@wickerenergia.example','benoit.dupre@wickerenergia.example','wickerenergia.example','Benoît','Dupré','Wicker Energia SAS','PDG','','FR','','Europe/Paris','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(25,'ewa.jablonska@cobaltwerke.example','ewa.jablonska@cobaltwerke.example','cobaltwerke.example','Ewa','Jabłońska','Cobalt Werke sp. z o.o.','','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(26,'imogen.ashworth@rivagefoods.example','imogen.ashworth@rivagefoods.example','rivagefoods.example','Imogen','Ashworth','Rivage Foods Ltd','Sales Director','','GB','','Europe/London','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(27,'pawel.krol@quartzenergia.example','pawel.krol@quartzenergia.example','quartzenergia.example','Paweł','Król','Quartz Energia sp. z o.o.','Prezes','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(28,'agnieszka.krol@cobaltsystems.example','agnieszka.krol@cobaltsystems.example','cobaltsystems.example','Agnieszka','Król','Cobalt Systems sp. z o.o.','Kierownik regionu','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(29,'malgorzata.krol@pharosfoods.example','malgorzata.krol@pharosfoods.example','pharosfoods.example','Małgorzata','Król','Pharos Foods sp. z o.o.','Dyrektor sprzedaży','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(30,'jurgen.weiss@granittextil.example','jurgen.weiss@granittextil.example','granittextil.example','Jürgen','Weiß','Granit Textil GmbH','Leiterin Vertrieb Süd','','DE','','Europe/Berlin','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(31,'jose.johnson@harboursystems.example','jose.johnson@harboursystems.example','harboursystems.example','José','Johnson','Harbour Systems Inc.','CRO','','US','','America/New_York','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(32,'pawel.jablonska@umbratextil.example','pawel.jablonska@umbratextil.example','umbratextil.example','Paweł','Jabłońska','Umbra Textil sp. z o.o.','Dyrektor sprzedaży','','PL','','Europe/Warsaw','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(33,'alasdair.hughes32@lumensystems.example','alasdair.hughes32@lumensystems.example','lumensystems.example','Alasdair','Hughes','Lumen Systems Ltd','Commercial Manager','','GB','','Europe/London','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(34,'bjorn.kruger@meridianstudio.example','bjorn.kruger@meridianstudio.example','meridianstudio.example','Björn','Krüger','Meridian Studio GmbH','Vertriebsleiter','','DE','','Europe/Berlin','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(35,'harry.whitcombe@embertextil.example','harry.whitcombe@embertextil.example','embertextil.example','Harry','Whitcombe','Ember Textil Ltd','Commercial Manager','','GB','','Europe/London','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
INSERT INTO "contact" VALUES(36,'bjorn.muller@amberrobotics.example','bjorn.muller@amberrobotics.example','amberrobotics.example','Björn','Müller','Amber Robotics GmbH','Vertriebsleiter','','DE','','Europe/Berlin','{}','2026-03-01 07:33:03.540960','2026-03-01 07:33:03.540960');
CREATE TABLE enrollment (
	id INTEGER NOT NULL, 
	sequence_id INTEGER NOT NULL, 
	sequence_version_id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	mailbox_id INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	step TEXT, 
	step_kind TEXT DEFAULT '' NOT NULL, 
	due_at DATETIME, 
	bound JSON NOT NULL, 
	stepped_at DATETIME NOT NULL, 
	priority INTEGER DEFAULT '0' NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	version INTEGER DEFAULT '0' NOT NULL, 
	resume_at DATETIME, 
	wrote_before BOOLEAN DEFAULT 0 NOT NULL, 
	aways INTEGER DEFAULT '0' NOT NULL, 
	created_at DATETIME NOT NULL, 
	finished_at DATETIME, lost_before DATETIME, 
	CONSTRAINT pk_enrollment PRIMARY KEY (id), 
	CONSTRAINT fk_enrollment_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_enrollment_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailbox (id), 
	CONSTRAINT fk_enrollment_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequence (id), 
	CONSTRAINT fk_enrollment_sequence_version_id FOREIGN KEY(sequence_version_id) REFERENCES sequence_version (id), 
	CONSTRAINT uq_enrollment_sequence_id_contact_id UNIQUE (sequence_id, contact_id)
);
INSERT INTO "enrollment" VALUES(1,1,1,28,1,'replied','answered: "Dzień dobry, kto jeszcze w naszej branży z tego korzysta?"','bump','mail','2026-03-05 07:49:04.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:40", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:49:04+00:00"}]','2026-03-02 08:40:49.991520',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-02 20:56:22.084800',NULL);
INSERT INTO "enrollment" VALUES(2,1,1,33,3,'paused','the fair','goodbye','mail','2026-03-17 08:54:20.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:41", "until": "2026-03-17T00:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T08:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T08:54:20+00:00"}]','2026-03-12 08:41:45.000000',0,0,6,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(3,1,1,12,3,'paused','paused by a person','goodbye','mail','2026-03-17 08:58:57.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:45", "until": "2026-03-17T00:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T08:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T08:58:57+00:00"}]','2026-03-12 08:45:38.000000',0,0,6,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(4,1,1,7,3,'stopped','stopped by a person','goodbye','mail','2026-03-17 08:53:57.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:42", "until": "2026-03-17T00:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T08:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T08:53:57+00:00"}]','2026-03-12 08:42:49.000000',0,0,6,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-14 22:53:07.414080',NULL);
INSERT INTO "enrollment" VALUES(5,1,1,15,2,'unsubscribed','complained about the mail: "Feedback-Type: abuse"','bump','mail','2026-03-05 07:47:49.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:58", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:47:49+00:00"}]','2026-03-02 08:58:17.307840',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-03 09:17:48.671520',NULL);
INSERT INTO "enrollment" VALUES(6,1,1,24,2,'held','the mail may have been delivered: the answer to the final dot never came','goodbye','mail','2026-03-17 08:12:52.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:52", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T08:12:52+00:00"}]','2026-03-12 07:52:07.000000',0,0,6,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(7,1,1,34,1,'held','company is missing, which goodbye needs','goodbye','mail','2026-03-16 08:13:19.000000','[{"kind": "wait", "words": "3 business days from Wed 11 March 2026 09:14", "until": "2026-03-15T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-16T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-16T08:13:19+00:00"}]','2026-03-11 08:14:51.000000',0,0,7,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(8,1,1,36,1,'active','','goodbye','mail','2026-03-17 07:33:57.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 09:02", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:33:57+00:00"}]','2026-03-12 08:02:51.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(9,1,1,25,2,'stopped','malgorzata.szymanska@cobaltwerke.example at the same company answered: "Dzień dobry, brzmi ciekawie. Czy możemy porozmawiać w czwartek po południu?"','bump','mail','2026-03-05 07:51:02.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:59", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:51:02+00:00"}]','2026-03-02 08:59:18.860640',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-02 14:44:31.698240',NULL);
INSERT INTO "enrollment" VALUES(10,1,1,22,3,'active','','goodbye','mail','2026-03-17 08:30:08.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 09:01", "until": "2026-03-17T00:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T08:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T08:30:08+00:00"}]','2026-03-12 09:01:33.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(11,1,1,35,1,'unsubscribed','asked for no more mail by the link in it','call','task','2026-03-12 08:43:44.000000','[{"kind": "wait", "words": "2 business days from Tue 10 March 2026 10:25", "until": "2026-03-12T00:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-12T08:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-12T08:43:44+00:00"}]','2026-03-10 10:25:42.533760',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-10 10:51:19.117440',NULL);
INSERT INTO "enrollment" VALUES(12,1,1,26,2,'replied','answered: "Hi, we have just signed with another supplier, so no, thank you."','saw-pricing','branch','2026-03-09 08:51:13.000000','[{"kind": "wait", "words": "2 business days from Thu 5 March 2026 08:53", "until": "2026-03-09T00:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-09T08:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-09T08:51:13+00:00"}]','2026-03-05 08:53:46.050720',0,0,4,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-06 03:28:36.534720',NULL);
INSERT INTO "enrollment" VALUES(13,1,1,31,1,'active','','goodbye','mail','2026-03-17 12:33:10.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:58", "until": "2026-03-17T04:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T12:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T12:33:10+00:00"}]','2026-03-12 12:58:54.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(14,1,1,11,1,'stopped','has left the company: "bin nicht mehr im unternehmen tatig"','bump','mail','2026-03-05 07:38:52.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:40", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:38:52+00:00"}]','2026-03-02 08:40:34.469760',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-02 14:44:50.344800',NULL);
INSERT INTO "enrollment" VALUES(15,1,1,30,3,'active','','goodbye','mail','2026-03-17 07:39:26.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:58", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:39:26+00:00"}]','2026-03-12 07:58:30.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(16,1,1,16,2,'stopped','malgorzata.szymanska@cobaltwerke.example at the same company answered: "Dzień dobry, brzmi ciekawie. Czy możemy porozmawiać w czwartek po południu?"','bump','mail','2026-03-05 07:50:12.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:59", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:50:12+00:00"}]','2026-03-02 08:59:02.227200',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-02 14:44:31.698240',NULL);
INSERT INTO "enrollment" VALUES(17,1,1,29,3,'active','','goodbye','mail','2026-03-17 07:41:23.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:58", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:41:23+00:00"}]','2026-03-12 07:58:21.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(18,1,1,2,2,'replied','answered: "Dzień dobry, brzmi ciekawie. Czy możemy porozmawiać w czwartek po południu?"','bump','mail','2026-03-05 07:42:54.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:58", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:42:54+00:00"}]','2026-03-02 08:58:02.402400',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-02 14:44:31.698240',NULL);
INSERT INTO "enrollment" VALUES(19,1,1,8,1,'active','','goodbye','mail','2026-03-17 08:10:13.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:52", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T08:10:13+00:00"}]','2026-03-12 07:52:12.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(20,1,1,3,1,'replied','answered an invitation: "METHOD:REQUEST"','bump','mail','2026-03-05 07:31:10.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 10:12", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:31:10+00:00"}]','2026-03-02 09:12:03.486240',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-03 15:30:03.893760',NULL);
INSERT INTO "enrollment" VALUES(21,1,1,13,1,'active','','goodbye','mail','2026-03-17 13:02:29.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:52", "until": "2026-03-17T04:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T12:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T13:02:29+00:00"}]','2026-03-12 12:52:50.000000',0,0,6,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(22,1,1,17,1,'active','','goodbye','mail','2026-03-17 12:34:08.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 09:11", "until": "2026-03-17T04:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T12:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T12:34:08+00:00"}]','2026-03-12 13:11:05.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(23,1,1,23,1,'away','is out of office: "bin bis zum 14.03.2026 nicht im buro"','bump','mail','2026-03-05 07:51:41.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:40", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:51:41+00:00"}]','2026-03-02 08:40:40.663200',0,0,2,'2026-03-16 07:39:39.000000',1,1,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(24,1,1,4,1,'active','','goodbye','mail','2026-03-17 08:43:39.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:33", "until": "2026-03-17T00:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T08:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T08:43:39+00:00"}]','2026-03-12 08:33:55.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(25,1,1,18,1,'active','','goodbye','mail','2026-03-17 08:46:38.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:40", "until": "2026-03-17T00:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T08:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T08:46:38+00:00"}]','2026-03-12 08:40:09.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(26,1,1,5,3,'active','','goodbye','mail','2026-03-16 08:08:39.000000','[{"kind": "wait", "words": "3 business days from Wed 11 March 2026 09:10", "until": "2026-03-15T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-16T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-16T08:08:39+00:00"}]','2026-03-11 08:10:05.000000',0,0,6,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(27,1,1,32,1,'active','','goodbye','mail','2026-03-17 07:48:40.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:43", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:48:40+00:00"}]','2026-03-12 07:43:28.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(28,1,1,27,3,'active','','goodbye','mail','2026-03-17 07:56:44.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 09:04", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:56:44+00:00"}]','2026-03-12 08:04:00.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(29,1,1,1,3,'bounced','550 5.1.1 <pawel.wisniewska@pharosfoods.example>: Recipient address rejected: User unknown','intro','mail','2026-03-02 07:38:54.000000','[{"kind": "weekend", "words": "Sun 1 March 2026 is weekend", "until": "2026-03-01T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-02T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-02T07:38:54+00:00"}]','2026-03-01 07:44:30.082560',0,0,1,NULL,0,0,'2026-03-01 07:44:30.082560','2026-03-02 08:57:45.074880',NULL);
INSERT INTO "enrollment" VALUES(30,1,1,14,3,'active','','goodbye','mail','2026-03-17 07:44:36.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 09:05", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:44:36+00:00"}]','2026-03-12 08:05:47.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(31,1,1,9,3,'active','','goodbye','mail','2026-03-17 07:41:00.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 08:34", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:41:00+00:00"}]','2026-03-12 07:34:13.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(32,1,1,20,2,'bounced','the address does not exist: "550 5.1.1 <remi.noel@deltalogistics.example>: Recipient address rejected: User unknown in virtual mailbox table"','bump','mail','2026-03-05 07:46:15.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:57", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:46:15+00:00"}]','2026-03-02 08:57:56.230560',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-02 14:44:31.698240',NULL);
INSERT INTO "enrollment" VALUES(33,1,1,19,2,'active','','goodbye','mail','2026-03-17 07:56:59.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 09:09", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:56:59+00:00"}]','2026-03-12 08:09:15.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(34,1,1,21,1,'replied','answered: "Guten Tag, wir haben gerade einen anderen Anbieter gewählt, daher nein, danke."','bump','mail','2026-03-05 07:55:00.000000','[{"kind": "wait", "words": "3 business days from Mon 2 March 2026 09:40", "until": "2026-03-04T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-05T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-05T07:55:00+00:00"}]','2026-03-02 08:40:30.799200',0,0,2,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-02 20:56:22.084800',NULL);
INSERT INTO "enrollment" VALUES(35,1,1,10,3,'active','','goodbye','mail','2026-03-17 07:45:49.000000','[{"kind": "wait", "words": "3 business days from Thu 12 March 2026 09:12", "until": "2026-03-16T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-17T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-17T07:45:49+00:00"}]','2026-03-12 08:12:34.000000',0,0,5,NULL,1,0,'2026-03-01 07:44:30.082560',NULL,NULL);
INSERT INTO "enrollment" VALUES(36,1,1,6,2,'replied','answered: "Bonjour, cela tombe bien, c''est ce que nous cherchons. Quelles sont vos disponibilités ?"','saw-pricing','branch','2026-03-09 08:07:13.000000','[{"kind": "wait", "words": "2 business days from Thu 5 March 2026 09:13", "until": "2026-03-08T23:00:00+00:00"}, {"kind": "window", "words": "sending hours begin at 08:30", "until": "2026-03-09T07:30:00+00:00"}, {"kind": "spread", "words": "spread over the first 45 minutes", "until": "2026-03-09T08:07:13+00:00"}]','2026-03-05 08:13:29.389440',0,0,3,NULL,1,0,'2026-03-01 07:44:30.082560','2026-03-05 21:26:44.979360',NULL);
CREATE TABLE event (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	kind TEXT NOT NULL, 
	enrollment_id INTEGER, 
	contact_id INTEGER, 
	mailbox_id INTEGER, 
	message_id INTEGER, 
	step TEXT DEFAULT '' NOT NULL, 
	data JSON NOT NULL, 
	xact BIGINT DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (id), 
	CONSTRAINT fk_event_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_event_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollment (id), 
	CONSTRAINT fk_event_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailbox (id)
);
INSERT INTO "event" VALUES(1,'2026-03-01 07:21:21.025440','mailbox added',NULL,NULL,1,NULL,'','{}',0);
INSERT INTO "event" VALUES(2,'2026-03-01 07:22:07.550400','mailbox added',NULL,NULL,2,NULL,'','{}',0);
INSERT INTO "event" VALUES(3,'2026-03-01 07:23:24.911520','mailbox added',NULL,NULL,3,NULL,'','{}',0);
INSERT INTO "event" VALUES(4,'2026-03-01 07:40:26.158080','sequence published',NULL,NULL,NULL,NULL,'','{"sequence": "First meeting", "version": 1}',0);
INSERT INTO "event" VALUES(5,'2026-03-01 07:44:30.082560','enrolled',1,28,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(6,'2026-03-01 07:44:30.082560','enrolled',2,33,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(7,'2026-03-01 07:44:30.082560','enrolled',3,12,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(8,'2026-03-01 07:44:30.082560','enrolled',4,7,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(9,'2026-03-01 07:44:30.082560','enrolled',5,15,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(10,'2026-03-01 07:44:30.082560','enrolled',6,24,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(11,'2026-03-01 07:44:30.082560','enrolled',7,34,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(12,'2026-03-01 07:44:30.082560','enrolled',8,36,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(13,'2026-03-01 07:44:30.082560','enrolled',9,25,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(14,'2026-03-01 07:44:30.082560','enrolled',10,22,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(15,'2026-03-01 07:44:30.082560','enrolled',11,35,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(16,'2026-03-01 07:44:30.082560','enrolled',12,26,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(17,'2026-03-01 07:44:30.082560','enrolled',13,31,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(18,'2026-03-01 07:44:30.082560','enrolled',14,11,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(19,'2026-03-01 07:44:30.082560','enrolled',15,30,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(20,'2026-03-01 07:44:30.082560','enrolled',16,16,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(21,'2026-03-01 07:44:30.082560','enrolled',17,29,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(22,'2026-03-01 07:44:30.082560','enrolled',18,2,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(23,'2026-03-01 07:44:30.082560','enrolled',19,8,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(24,'2026-03-01 07:44:30.082560','enrolled',20,3,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(25,'2026-03-01 07:44:30.082560','enrolled',21,13,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(26,'2026-03-01 07:44:30.082560','enrolled',22,17,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(27,'2026-03-01 07:44:30.082560','enrolled',23,23,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(28,'2026-03-01 07:44:30.082560','enrolled',24,4,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(29,'2026-03-01 07:44:30.082560','enrolled',25,18,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(30,'2026-03-01 07:44:30.082560','enrolled',26,5,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(31,'2026-03-01 07:44:30.082560','enrolled',27,32,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(32,'2026-03-01 07:44:30.082560','enrolled',28,27,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(33,'2026-03-01 07:44:30.082560','enrolled',29,1,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(34,'2026-03-01 07:44:30.082560','enrolled',30,14,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(35,'2026-03-01 07:44:30.082560','enrolled',31,9,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(36,'2026-03-01 07:44:30.082560','enrolled',32,20,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(37,'2026-03-01 07:44:30.082560','enrolled',33,19,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(38,'2026-03-01 07:44:30.082560','enrolled',34,21,1,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "ada@northwind.example"}',0);
INSERT INTO "event" VALUES(39,'2026-03-01 07:44:30.082560','enrolled',35,10,3,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "jonas@northwind.example"}',0);
INSERT INTO "event" VALUES(40,'2026-03-01 07:44:30.082560','enrolled',36,6,2,NULL,'','{"sequence": "First meeting", "version": 1, "mailbox": "marek@northwind.example"}',0);
INSERT INTO "event" VALUES(41,'2026-03-02 08:40:15.389760','sent',8,36,1,21873871894297022,'intro','{"message_id": "<rcnrlkg7g5qfgcctfkr2eqnezx6lhx6g@northwind.example>", "subject": "Who follows up at Amber Robotics GmbH?", "variant": "question"}',0);
INSERT INTO "event" VALUES(42,'2026-03-02 08:40:23.861280','sent',19,8,1,21873871893976759,'intro','{"message_id": "<uifvbvmu7qwij55gjb4qu23rbdtsbjhi@northwind.example>", "subject": "Who follows up at Umbra Textil sp. z o.o.?", "variant": "question"}',0);
INSERT INTO "event" VALUES(43,'2026-03-02 08:40:30.799200','sent',34,21,1,21873871893632911,'intro','{"message_id": "<robrzwfrysvgietdvenir2x2jxrxm6h5@northwind.example>", "subject": "Who follows up at Meridian Studio GmbH?", "variant": "question"}',0);
INSERT INTO "event" VALUES(44,'2026-03-02 08:40:34.469760','sent',14,11,1,21873871894749154,'intro','{"message_id": "<re5zvwbxsei4czb4y5o6vqmbzlq7tznq@northwind.example>", "subject": "Who follows up at Amber Robotics GmbH?", "variant": "question"}',0);
INSERT INTO "event" VALUES(45,'2026-03-02 08:40:40.663200','sent',23,23,1,21873871892670623,'intro','{"message_id": "<kqddso5oq27g7g75sjs7b6i7vmwwonla@northwind.example>", "subject": "Fewer forgotten follow-ups at Amber Robotics GmbH", "variant": "main"}',0);
INSERT INTO "event" VALUES(46,'2026-03-02 08:40:49.991520','sent',1,28,1,21873871893990036,'intro','{"message_id": "<mtnodsmap2muruzssidffwb3lbf5vgs7@northwind.example>", "subject": "Who follows up at Cobalt Systems sp. z o.o.?", "variant": "question"}',0);
INSERT INTO "event" VALUES(47,'2026-03-02 08:41:23.280000','sent',7,34,1,21873871892529125,'intro','{"message_id": "<hnmvjjvo3dz5v4mbr4n2aevfk35dz75a@northwind.example>", "subject": "Fewer forgotten follow-ups at Meridian Studio GmbH", "variant": "main"}',0);
INSERT INTO "event" VALUES(48,'2026-03-02 08:41:53.450880','sent',27,32,1,21873871895831406,'intro','{"message_id": "<fn7i2ftlfafpmerjuaj7d4x2tz4k3tji@northwind.example>", "subject": "Fewer forgotten follow-ups at Umbra Textil sp. z o.o.", "variant": "main"}',0);
INSERT INTO "event" VALUES(49,'2026-03-02 08:57:27.563040','sent',36,6,2,21874060548548061,'intro','{"message_id": "<dhyq6gjybeemhxupukcjb62sor6lmn5j@northwind.example>", "subject": "Who follows up at Wicker Energia SAS?", "variant": "question"}',0);
INSERT INTO "event" VALUES(50,'2026-03-02 08:57:51.026400','sent',33,19,2,21874060550169617,'intro','{"message_id": "<gzu2y4l4277p32bhktk263bm3rw4vbno@northwind.example>", "subject": "Fewer forgotten follow-ups at Sok\u00f3\u0142 Werke SAS", "variant": "main"}',0);
INSERT INTO "event" VALUES(51,'2026-03-02 08:57:56.230560','sent',32,20,2,21874060548307079,'intro','{"message_id": "<b6zfud2wlwb4uvvzaywf3655myybwfvg@northwind.example>", "subject": "Fewer forgotten follow-ups at Delta Logistics SAS", "variant": "main"}',0);
INSERT INTO "event" VALUES(52,'2026-03-02 08:58:02.402400','sent',18,2,2,21874060549023563,'intro','{"message_id": "<2fqq73upb3zfzja4kkuqxpwpe7rzq2f3@northwind.example>", "subject": "Fewer forgotten follow-ups at Cobalt Werke sp. z o.o.", "variant": "main"}',0);
INSERT INTO "event" VALUES(53,'2026-03-02 08:58:17.307840','sent',5,15,2,21874060551257407,'intro','{"message_id": "<ogrmujdf4pbxg4vpq73es7gl3zfyfag5@northwind.example>", "subject": "Who follows up at Wicker Energia SAS?", "variant": "question"}',0);
INSERT INTO "event" VALUES(54,'2026-03-02 08:59:02.227200','sent',16,16,2,21874060548320749,'intro','{"message_id": "<2hu5ulr5ybk4gmu6zdfiwvpjnurt7sc6@northwind.example>", "subject": "Fewer forgotten follow-ups at Cobalt Werke sp. z o.o.", "variant": "main"}',0);
INSERT INTO "event" VALUES(55,'2026-03-02 08:59:18.860640','sent',9,25,2,21874060551329198,'intro','{"message_id": "<f6smy6a6l4bhdxvudjab74zpag67edkn@northwind.example>", "subject": "Fewer forgotten follow-ups at Cobalt Werke sp. z o.o.", "variant": "main"}',0);
INSERT INTO "event" VALUES(56,'2026-03-02 08:59:33.655200','sent',6,24,2,21874060551098294,'intro','{"message_id": "<q5oh5e4pofyzacbtfl6s7alhmyy7ymov@northwind.example>", "subject": "Who follows up at Wicker Energia SAS?", "variant": "question"}',0);
INSERT INTO "event" VALUES(57,'2026-03-02 08:41:11.410080','sent',26,5,3,21873652243345070,'intro','{"message_id": "<czpwsz7oor422xhiyjc3fdjq7miwo6mk@northwind.example>", "subject": "Who follows up at Quartz Energia sp. z o.o.?", "variant": "question"}',0);
INSERT INTO "event" VALUES(58,'2026-03-02 08:41:58.398720','sent',35,10,3,21873652243914418,'intro','{"message_id": "<4nn7chptxqlurfywl526iwah7rx7mdad@northwind.example>", "subject": "Fewer forgotten follow-ups at Granit Textil GmbH", "variant": "main"}',0);
INSERT INTO "event" VALUES(59,'2026-03-02 08:57:43.076160','sent',28,27,3,21873652241891913,'intro','{"message_id": "<fw6bokqulzu4lthzf4ksoau5vmu63hfr@northwind.example>", "subject": "Fewer forgotten follow-ups at Quartz Energia sp. z o.o.", "variant": "main"}',0);
INSERT INTO "event" VALUES(60,'2026-03-02 08:57:45.074880','mail refused',29,1,3,21873652243433759,'intro','{"message_id": "<xgtprlgzqwx7ksrtxhv3i2vqqrft34c4@northwind.example>", "subject": "Who follows up at Pharos Foods sp. z o.o.?", "variant": "question", "reason": "550 5.1.1 <pawel.wisniewska@pharosfoods.example>: Recipient address rejected: User unknown", "stage": "rcpt"}',0);
INSERT INTO "event" VALUES(61,'2026-03-02 08:57:55.818720','sent',31,9,3,21873652244934477,'intro','{"message_id": "<2gmu5cvvwrylwmpizesgjqwvpglqrusi@northwind.example>", "subject": "Who follows up at Quartz Energia sp. z o.o.?", "variant": "question"}',0);
INSERT INTO "event" VALUES(62,'2026-03-02 08:57:59.971680','sent',15,30,3,21873652241572344,'intro','{"message_id": "<k5nqqbfrobjzighj5xyx7xnwfc7wm53f@northwind.example>", "subject": "Fewer forgotten follow-ups at Granit Textil GmbH", "variant": "main"}',0);
INSERT INTO "event" VALUES(63,'2026-03-02 08:58:14.858400','sent',30,14,3,21873652242199084,'intro','{"message_id": "<z6i73hxp767qfweoax7xtupsafeivzmg@northwind.example>", "subject": "Who follows up at Quartz Energia sp. z o.o.?", "variant": "question"}',0);
INSERT INTO "event" VALUES(64,'2026-03-02 08:58:41.956320','sent',17,29,3,21873652242476047,'intro','{"message_id": "<zdcuho3xse6z52yzhcy6fmdqwpnasdxz@northwind.example>", "subject": "Who follows up at Pharos Foods sp. z o.o.?", "variant": "question"}',0);
INSERT INTO "event" VALUES(65,'2026-03-02 09:08:48.390720','sent',2,33,3,21880168169761586,'intro','{"message_id": "<go7b5jj54d44k3mdpeth4qtcd62oztwh@northwind.example>", "subject": "Fewer forgotten follow-ups at Lumen Systems Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(66,'2026-03-02 09:08:51.203040','sent',4,7,3,21880168168603671,'intro','{"message_id": "<ker4kfuoxmvmot5yyna73qxix7zrzwqf@northwind.example>", "subject": "Fewer forgotten follow-ups at Lumen Systems Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(67,'2026-03-02 09:12:03.486240','sent',20,3,1,21878912583540487,'intro','{"message_id": "<jobl46kux7uk6k72eiyymp5o7qfhvxoy@northwind.example>", "subject": "Fewer forgotten follow-ups at Umbra Textil sp. z o.o.", "variant": "main"}',0);
INSERT INTO "event" VALUES(68,'2026-03-02 09:12:06.481440','sent',24,4,1,21878912584339728,'intro','{"message_id": "<oxu3a2sxj5rx4v6vu7nirxbwezozqeyc@northwind.example>", "subject": "Fewer forgotten follow-ups at Ember Textil Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(69,'2026-03-02 09:12:09.053280','sent',25,18,1,21878912582238436,'intro','{"message_id": "<7xaxlut675eq6bjvbfwvmglqgn3cyuf6@northwind.example>", "subject": "Fewer forgotten follow-ups at Ember Textil Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(70,'2026-03-02 09:16:11.830080','opened',27,32,1,21873871895831406,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(71,'2026-03-02 09:25:33.702240','mail deferred',12,26,2,21885255910925364,'intro','{"message_id": "<vz6uaxey632aigyzvpx5yszhfwohfo6v@northwind.example>", "subject": "Fewer forgotten follow-ups at Rivage Foods Ltd", "variant": "main", "reason": "451 4.7.1 <imogen.ashworth@rivagefoods.example>: Greylisted, please try again later", "stage": "rcpt"}',0);
INSERT INTO "event" VALUES(72,'2026-03-02 09:29:07.797120','sent',10,22,3,21886045033755315,'intro','{"message_id": "<53hzof3ww426xg6rkimfofaxp2hxotlh@northwind.example>", "subject": "Fewer forgotten follow-ups at Lumen Systems Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(73,'2026-03-02 09:29:14.182080','sent',3,12,3,21886045037495248,'intro','{"message_id": "<innuph6kqprndtoxrvvx7zwrrltkqs2j@northwind.example>", "subject": "Who follows up at Lumen Systems Ltd?", "variant": "question"}',0);
INSERT INTO "event" VALUES(74,'2026-03-02 09:29:15.675360','sent',11,35,1,21884947987128793,'intro','{"message_id": "<yvgf4zilwsabd2rhgtyz2dy22brn3x73@northwind.example>", "subject": "Fewer forgotten follow-ups at Ember Textil Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(75,'2026-03-02 08:41:07.808640','opened',1,28,1,21873871893990036,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(76,'2026-03-02 09:26:42.643680','opened',4,7,3,21880168168603671,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(77,'2026-03-02 10:14:46.841280','sent',12,26,2,21885255910925364,'intro','{"message_id": "<vz6uaxey632aigyzvpx5yszhfwohfo6v@northwind.example>", "subject": "Fewer forgotten follow-ups at Rivage Foods Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(78,'2026-03-02 10:34:10.092000','opened',36,6,2,21874060548548061,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(79,'2026-03-02 10:39:51.228000','clicked',36,6,2,21874060548548061,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(80,'2026-03-02 11:21:51.804000','opened',7,34,1,21873871892529125,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(81,'2026-03-02 11:37:07.824000','clicked',7,34,1,21873871892529125,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(82,'2026-03-02 12:14:25.836000','opened',6,24,2,21874060551098294,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(83,'2026-03-02 13:20:37.068000','opened',26,5,3,21873652243345070,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(84,'2026-03-02 13:20:48.624000','clicked',26,5,3,21873652243345070,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(85,'2026-03-02 13:35:41.676000','opened',12,26,2,21885255910925364,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(86,'2026-03-02 13:53:08.576160','sent',13,31,1,21952700347668902,'intro','{"message_id": "<tq5b24r7w53b2cmusypywpkx6vego3w2@northwind.example>", "subject": "Fewer forgotten follow-ups at Harbour Systems Inc.", "variant": "main"}',0);
INSERT INTO "event" VALUES(87,'2026-03-02 14:09:31.462560','sent',22,17,1,21956548271477292,'intro','{"message_id": "<fjcevnempzyzk2ngv2xfg6xdms3szkx7@northwind.example>", "subject": "Who follows up at Harbour Systems Inc.?", "variant": "question"}',0);
INSERT INTO "event" VALUES(88,'2026-03-02 14:09:32.499360','mail deferred',21,13,1,21956548271408283,'intro','{"message_id": "<macs6viyl6cwfzc4rwbxfpvrca4v7akw@northwind.example>", "subject": "Fewer forgotten follow-ups at Harbour Systems Inc.", "variant": "main", "reason": "451 4.7.1 <marcus.delgado@harboursystems.example>: Greylisted, please try again later", "stage": "rcpt"}',0);
INSERT INTO "event" VALUES(89,'2026-03-02 14:44:31.698240','hard bounce',32,20,2,21874060548307079,'intro','{"from": "mailer-daemon@mx.deltalogistics.example", "folder": "INBOX", "rule": "is hard bounce", "matched_by": "a mail of ours it names", "words": "the address does not exist: \"550 5.1.1 <remi.noel@deltalogistics.example>: Recipient address rejected: User unknown in virtual mailbox table\""}',0);
INSERT INTO "event" VALUES(90,'2026-03-02 14:44:31.698240','stopped',9,25,2,NULL,'bump','{"reason": "malgorzata.szymanska@cobaltwerke.example at the same company answered: \"Dzie\u0144 dobry, brzmi ciekawie. Czy mo\u017cemy porozmawia\u0107 w czwartek po po\u0142udniu?\" (at the company: 2 stopped)", "by": "malgorzata.szymanska@cobaltwerke.example", "action": "stop", "touched": {"stopped": 2}}',0);
INSERT INTO "event" VALUES(91,'2026-03-02 14:44:31.698240','stopped',16,16,2,NULL,'bump','{"reason": "malgorzata.szymanska@cobaltwerke.example at the same company answered: \"Dzie\u0144 dobry, brzmi ciekawie. Czy mo\u017cemy porozmawia\u0107 w czwartek po po\u0142udniu?\" (at the company: 2 stopped)", "by": "malgorzata.szymanska@cobaltwerke.example", "action": "stop", "touched": {"stopped": 2}}',0);
INSERT INTO "event" VALUES(92,'2026-03-02 14:44:31.698240','human answer',18,2,2,21874060549023563,'intro','{"from": "malgorzata.szymanska@cobaltwerke.example", "folder": "INBOX", "rule": "is person", "matched_by": "a mail of ours it names", "words": "answered: \"Dzie\u0144 dobry, brzmi ciekawie. Czy mo\u017cemy porozmawia\u0107 w czwartek po po\u0142udniu?\"; at the company: 2 stopped"}',0);
INSERT INTO "event" VALUES(93,'2026-03-02 14:44:50.344800','left the company',14,11,1,21873871894749154,'intro','{"from": "jurgen.weiss@amberrobotics.example", "folder": "INBOX", "rule": "has left", "matched_by": "a mail of ours it names", "words": "has left the company: \"bin nicht mehr im unternehmen tatig\""}',0);
INSERT INTO "event" VALUES(94,'2026-03-02 14:44:50.344800','out of office',23,23,1,21873871892670623,'intro','{"from": "matthias.bohm@amberrobotics.example", "folder": "INBOX", "rule": "is away", "matched_by": "a mail of ours it names", "words": "is out of office: \"bin bis zum 14.03.2026 nicht im buro\""}',0);
INSERT INTO "event" VALUES(95,'2026-03-02 14:58:56.092800','sent',21,13,1,21956548271408283,'intro','{"message_id": "<macs6viyl6cwfzc4rwbxfpvrca4v7akw@northwind.example>", "subject": "Fewer forgotten follow-ups at Harbour Systems Inc.", "variant": "main"}',0);
INSERT INTO "event" VALUES(96,'2026-03-02 15:38:41.461440','opened',11,35,1,21884947987128793,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(97,'2026-03-02 15:51:23.221440','opened',5,15,2,21874060551257407,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(98,'2026-03-02 15:58:14.485440','clicked',11,35,1,21884947987128793,'intro','{"link": 1, "reasons": []}',0);
INSERT INTO "event" VALUES(99,'2026-03-02 16:12:55.765440','opened',24,4,1,21878912584339728,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(100,'2026-03-02 17:18:01.297440','opened',8,36,1,21873871894297022,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(101,'2026-03-02 18:29:36.133440','opened',3,12,3,21886045037495248,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(102,'2026-03-02 18:46:26.041440','opened',31,9,3,21873652244934477,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(103,'2026-03-02 19:24:36.253440','opened',19,8,1,21873871893976759,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(104,'2026-03-02 19:43:33.349440','clicked',19,8,1,21873871893976759,'intro','{"link": 1, "reasons": []}',0);
INSERT INTO "event" VALUES(105,'2026-03-02 20:56:22.084800','human answer',34,21,1,21873871893632911,'intro','{"from": "sabine.bohm@meridianstudio.example", "folder": "INBOX", "rule": "is person", "matched_by": "a mail of ours it names", "words": "answered: \"Guten Tag, wir haben gerade einen anderen Anbieter gew\u00e4hlt, daher nein, danke.\""}',0);
INSERT INTO "event" VALUES(106,'2026-03-02 20:56:22.084800','human answer',1,28,1,21873871893990036,'intro','{"from": "agnieszka.krol@cobaltsystems.example", "folder": "INBOX", "rule": "is person", "matched_by": "a mail of ours it names", "words": "answered: \"Dzie\u0144 dobry, kto jeszcze w naszej bran\u017cy z tego korzysta?\""}',0);
INSERT INTO "event" VALUES(107,'2026-03-02 21:00:28.595520','opened',22,17,1,21956548271477292,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(108,'2026-03-02 21:08:31.096320','clicked',22,17,1,21956548271477292,'intro','{"link": 1, "reasons": []}',0);
INSERT INTO "event" VALUES(109,'2026-03-02 22:08:49.492320','opened',10,22,3,21886045033755315,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(110,'2026-03-02 23:09:46.012320','opened',1,28,1,21873871893990036,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(111,'2026-03-02 23:47:59.068320','opened',4,7,3,21880168168603671,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(112,'2026-03-03 00:04:50.488320','opened',9,25,2,21874060551329198,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(113,'2026-03-03 00:14:30.052320','opened',35,10,3,21873652243914418,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(114,'2026-03-03 00:53:58.312320','opened',18,2,2,21874060549023563,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(115,'2026-03-03 00:56:42.400320','opened',20,3,1,21878912583540487,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(116,'2026-03-03 02:13:28.024320','opened',2,33,3,21880168169761586,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(117,'2026-03-03 09:17:48.671520','complaint',5,15,2,21874060551257407,'intro','{"from": "feedback@wickerenergia.example", "folder": "INBOX", "rule": "is complaint", "matched_by": "a mail of ours it names", "words": "complained about the mail: \"Feedback-Type: abuse\""}',0);
INSERT INTO "event" VALUES(118,'2026-03-03 15:30:03.893760','calendar answer',20,3,1,21878912583540487,'intro','{"from": "malgorzata.zielinski@umbratextil.example", "folder": "INBOX", "rule": "is calendar", "matched_by": "a mail of ours it names", "words": "answered an invitation: \"METHOD:REQUEST\""}',0);
INSERT INTO "event" VALUES(119,'2026-03-05 07:59:55.417920','sent',19,8,1,22949661301093872,'bump','{"message_id": "<bnu5ujwutzpqsox5eq2m365voyl6fq43@northwind.example>", "subject": "Re: Who follows up at Umbra Textil sp. z o.o.?", "variant": "main"}',0);
INSERT INTO "event" VALUES(120,'2026-03-05 08:00:54.699840','sent',7,34,1,22949661303016303,'bump','{"message_id": "<g7lraipl7rmke3eksi57cj43gspqwd4u@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Meridian Studio GmbH", "variant": "main"}',0);
INSERT INTO "event" VALUES(121,'2026-03-05 08:02:32.494560','sent',33,19,2,22950752734676286,'bump','{"message_id": "<b5lquz6aha2f4q5pddxkpux635o3drkj@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Sok\u00f3\u0142 Werke SAS", "variant": "main"}',0);
INSERT INTO "event" VALUES(122,'2026-03-05 08:01:09.677280','sent',31,9,3,22950210126625840,'bump','{"message_id": "<vs3trtos64fhr4fpezzy5q2cv4g242u5@northwind.example>", "subject": "Re: Who follows up at Quartz Energia sp. z o.o.?", "variant": "main"}',0);
INSERT INTO "event" VALUES(123,'2026-03-05 08:01:55.950240','sent',30,14,3,22950210128210454,'bump','{"message_id": "<knatbxw3p742uaszber25oixoos4pw3r@northwind.example>", "subject": "Re: Who follows up at Quartz Energia sp. z o.o.?", "variant": "main"}',0);
INSERT INTO "event" VALUES(124,'2026-03-05 08:02:50.242560','sent',35,10,3,22950210126003548,'bump','{"message_id": "<vgubfunrhnmekojxsw4qf6fqbaonnguz@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Granit Textil GmbH", "variant": "main"}',0);
INSERT INTO "event" VALUES(125,'2026-03-05 08:09:19.632960','sent',15,30,3,22952648624118702,'bump','{"message_id": "<n7un63dsqpxxfub2dfxjxsb5lytty27a@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Granit Textil GmbH", "variant": "main"}',0);
INSERT INTO "event" VALUES(126,'2026-03-05 08:09:39.434400','sent',26,5,3,22952648623712064,'bump','{"message_id": "<y2jmeype22hezbywpe7fgpq7qi45ijnp@northwind.example>", "subject": "Re: Who follows up at Quartz Energia sp. z o.o.?", "variant": "main"}',0);
INSERT INTO "event" VALUES(127,'2026-03-05 08:09:54.067680','sent',17,29,3,22952648624946485,'bump','{"message_id": "<ivv3nfux7rw574spp4inzgl3xid2r6nm@northwind.example>", "subject": "Re: Who follows up at Pharos Foods sp. z o.o.?", "variant": "main"}',0);
INSERT INTO "event" VALUES(128,'2026-03-05 08:12:24.396480','sent',27,32,1,22953684080501979,'bump','{"message_id": "<tkaonncrxwcuaq6kpek7alwo7qevkcvw@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Umbra Textil sp. z o.o.", "variant": "main"}',0);
INSERT INTO "event" VALUES(129,'2026-03-05 08:12:40.825440','sent',8,36,1,22953684080405264,'bump','{"message_id": "<7twc5y3m2n2u6hcjmszseupzwhewot35@northwind.example>", "subject": "Re: Who follows up at Amber Robotics GmbH?", "variant": "main"}',0);
INSERT INTO "event" VALUES(130,'2026-03-05 08:13:29.389440','sent',36,6,2,22954441519344273,'bump','{"message_id": "<j2uy3ryuby6xlrxepdpcw32xvjy3elp3@northwind.example>", "subject": "Re: Who follows up at Wicker Energia SAS?", "variant": "main"}',0);
INSERT INTO "event" VALUES(131,'2026-03-05 08:13:33.412800','sent',6,24,2,22954441520670581,'bump','{"message_id": "<epsnmneto7cpbwea66e3dowpvdcw5dbu@northwind.example>", "subject": "Re: Who follows up at Wicker Energia SAS?", "variant": "main"}',0);
INSERT INTO "event" VALUES(132,'2026-03-05 08:18:30.572640','sent',28,27,3,22955555616409159,'bump','{"message_id": "<dhg5twilglmo37cocg6q2msspqs7k4qw@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Quartz Energia sp. z o.o.", "variant": "main"}',0);
INSERT INTO "event" VALUES(133,'2026-03-05 08:30:40.416480','opened',27,32,1,22953684080501979,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(134,'2026-03-05 08:49:25.098240','sent',4,7,3,22963554348502476,'bump','{"message_id": "<ez62bhs65bapebiga2e5zbt2jjpv3bqy@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Lumen Systems Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(135,'2026-03-05 08:52:00.323040','sent',11,35,1,22964147850653667,'bump','{"message_id": "<m3nknrxuope2neza4fimrpuwx2edhfrh@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Ember Textil Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(136,'2026-03-05 08:53:46.050720','sent',12,26,2,22964644867840414,'bump','{"message_id": "<uc4w4z4p66c6mv5itynqzxgigguxpqhy@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Rivage Foods Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(137,'2026-03-05 09:06:24.132960','sent',10,22,3,22967610052099100,'bump','{"message_id": "<zmv5mmluqierqoyvbbupgjtqwdnosdve@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Lumen Systems Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(138,'2026-03-05 09:06:27.724320','sent',3,12,3,22967610051344796,'bump','{"message_id": "<6aefyx2vs3nparnkdutnwwshirrv4ai6@northwind.example>", "subject": "Re: Who follows up at Lumen Systems Ltd?", "variant": "main"}',0);
INSERT INTO "event" VALUES(139,'2026-03-05 09:10:55.378560','sent',24,4,1,22969015682995114,'bump','{"message_id": "<vakc7fxizfuszs2xnez4eyc2br7jqkhv@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Ember Textil Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(140,'2026-03-05 09:11:31.647840','sent',2,33,3,22968907651758910,'bump','{"message_id": "<37on5zmv4luhu5hiuqq3hhxtkre2agsh@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Lumen Systems Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(141,'2026-03-05 09:20:47.856480','sent',25,18,1,22971265542757691,'bump','{"message_id": "<d6ybuu4apb6bv3owrzxtjwpxd5fd6wof@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Ember Textil Ltd", "variant": "main"}',0);
INSERT INTO "event" VALUES(142,'2026-03-05 09:51:43.829280','opened',36,6,2,22954441519344273,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(143,'2026-03-05 10:49:11.189280','opened',7,34,1,22949661303016303,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(144,'2026-03-05 11:30:35.621280','opened',6,24,2,22954441520670581,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(145,'2026-03-05 12:21:50.201280','opened',12,26,2,22964644867840414,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(146,'2026-03-05 12:38:19.193280','opened',26,5,3,22952648623712064,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(147,'2026-03-05 14:06:59.817600','sent',22,17,1,23043365441998181,'bump','{"message_id": "<hfvrichgqsokljqx67lltdh22qxjf2uy@northwind.example>", "subject": "Re: Who follows up at Harbour Systems Inc.?", "variant": "main"}',0);
INSERT INTO "event" VALUES(148,'2026-03-05 14:07:06.591360','sent',13,31,1,23043365443230130,'bump','{"message_id": "<wgglvbytbqz7iwy2s73wetrwghixhg5q@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Harbour Systems Inc.", "variant": "main"}',0);
INSERT INTO "event" VALUES(149,'2026-03-05 15:03:17.899200','opened',11,35,1,22964147850653667,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(150,'2026-03-05 15:25:08.551200','sent',21,13,1,23063141246580007,'bump','{"message_id": "<g6lrl3ieunhzywanci4ufzhfzfrxvxyh@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Harbour Systems Inc.", "variant": "main"}',0);
INSERT INTO "event" VALUES(151,'2026-03-05 16:11:28.284000','opened',24,4,1,22969015682995114,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(152,'2026-03-05 16:51:23.760000','opened',8,36,1,22953684080405264,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(153,'2026-03-05 17:49:51.168000','opened',31,9,3,22950210126625840,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(154,'2026-03-05 18:05:13.164000','opened',3,12,3,22967610051344796,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(155,'2026-03-05 18:38:07.404000','opened',19,8,1,22949661301093872,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(156,'2026-03-05 20:58:48.972000','opened',22,17,1,23043365441998181,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(157,'2026-03-05 21:26:44.979360','human answer',36,6,2,21874060548548061,'intro','{"from": "zoe.dupre@wickerenergia.example", "folder": "INBOX", "rule": "is person", "matched_by": "a mail of ours it names", "words": "answered: \"Bonjour, cela tombe bien, c''est ce que nous cherchons. Quelles sont vos disponibilit\u00e9s ?\""}',0);
INSERT INTO "event" VALUES(158,'2026-03-05 21:39:45.581760','opened',10,22,3,22967610052099100,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(159,'2026-03-05 23:29:24.797760','opened',4,7,3,22963554348502476,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(160,'2026-03-05 23:34:31.877760','opened',35,10,3,22950210126003548,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(161,'2026-03-06 02:15:40.685760','opened',2,33,3,22968907651758910,'bump','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(162,'2026-03-06 03:28:36.534720','human answer',12,26,2,22964644867840414,'bump','{"from": "imogen.ashworth@rivagefoods.example", "folder": "INBOX", "rule": "is person", "matched_by": "a mail of ours it names", "words": "answered: \"Hi, we have just signed with another supplier, so no, thank you.\""}',0);
INSERT INTO "event" VALUES(163,'2026-03-09 07:40:56.915040','branch',17,29,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(164,'2026-03-09 07:40:56.915040','branch',30,14,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(165,'2026-03-09 07:40:56.915040','branch',6,24,2,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(166,'2026-03-09 10:21:09.491040','branch',8,36,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(167,'2026-03-09 10:21:09.491040','branch',26,5,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": true}',0);
INSERT INTO "event" VALUES(168,'2026-03-09 10:21:09.491040','branch',7,34,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": true}',0);
INSERT INTO "event" VALUES(169,'2026-03-09 10:21:09.491040','branch',28,27,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(170,'2026-03-09 10:21:09.491040','branch',19,8,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(171,'2026-03-09 10:21:09.491040','branch',27,32,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(172,'2026-03-09 10:21:09.491040','branch',31,9,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(173,'2026-03-09 10:21:09.491040','branch',35,10,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(174,'2026-03-09 10:21:09.491040','branch',33,19,2,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(175,'2026-03-09 10:21:09.491040','branch',15,30,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(176,'2026-03-09 10:21:09.491040','branch',10,22,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(177,'2026-03-09 10:21:09.491040','branch',3,12,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(178,'2026-03-09 10:21:09.491040','branch',4,7,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(179,'2026-03-09 10:21:09.491040','branch',2,33,3,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(180,'2026-03-09 10:21:09.491040','branch',24,4,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(181,'2026-03-09 10:21:09.491040','branch',25,18,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(182,'2026-03-09 10:21:09.491040','branch',11,35,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(183,'2026-03-09 12:15:48.028320','sent',7,34,1,24464708229093544,'numbers','{"message_id": "<j5ll7qdlu7q634xflazq7ckwuuuszg33@northwind.example>", "subject": "Re: Fewer forgotten follow-ups at Meridian Studio GmbH", "variant": "main"}',0);
INSERT INTO "event" VALUES(184,'2026-03-09 12:15:53.763840','sent',26,5,3,24464814260431859,'numbers','{"message_id": "<ft6lamgof5mbfvjs2jgeqrp4x3uvafd3@northwind.example>", "subject": "Re: Who follows up at Quartz Energia sp. z o.o.?", "variant": "main"}',0);
INSERT INTO "event" VALUES(185,'2026-03-09 12:39:11.391840','branch',22,17,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(186,'2026-03-09 12:39:11.391840','branch',21,13,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(187,'2026-03-09 12:55:13.347840','branch',13,31,1,NULL,'saw-pricing','{"words": "clicked(\"intro\", \"pricing\")", "taken": false}',0);
INSERT INTO "event" VALUES(188,'2026-03-09 14:56:21.207840','opened',7,34,1,24464708229093544,'numbers','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(189,'2026-03-09 15:10:59.355840','clicked',7,34,1,24464708229093544,'numbers','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(190,'2026-03-09 16:47:46.623840','opened',26,5,3,24464814260431859,'numbers','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(191,'2026-03-09 16:58:14.067840','clicked',26,5,3,24464814260431859,'numbers','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(192,'2026-03-10 07:37:18.768000','sent',27,32,1,24757343160607197,'story','{"message_id": "<5jk6zdvojnfpy424o4ctwrbptopkikrc@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(193,'2026-03-10 07:37:22.326240','sent',19,8,1,24757343160805715,'story','{"message_id": "<w4fe52ebmg37pr26ddbs3ag2ncovtbhe@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(194,'2026-03-10 07:55:45.526080','opened',27,32,1,24757343160607197,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(195,'2026-03-10 10:22:19.053120','sent',17,29,3,24798637022442846,'story','{"message_id": "<zvlknnq2fvwa7jj2tmkfv5rlewibkwhq@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(196,'2026-03-10 10:22:38.517600','sent',30,14,3,24798637020456923,'story','{"message_id": "<uxuu654w2wdxd74djkyxu6vb6gbkclxr@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(197,'2026-03-10 10:23:03.068160','sent',15,30,3,24798637023346276,'story','{"message_id": "<ag2tejk6r24xam6asa2rm7fqabv4v55e@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(198,'2026-03-10 10:23:30.181920','sent',35,10,3,24798637023663700,'story','{"message_id": "<owtu4xybia4viucgdb4en3byptx4rcim@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(199,'2026-03-10 10:23:37.726080','sent',31,9,3,24798637022511755,'story','{"message_id": "<niihwn4rca6lutn3x2ckdxcg2rj3bsuv@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(200,'2026-03-10 10:23:44.926080','sent',28,27,3,24798637024313100,'story','{"message_id": "<cmqsdn7nbv73oazrwdzfpkgmvfisar6z@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(201,'2026-03-10 10:23:49.560000','sent',2,33,3,24798637024220842,'story','{"message_id": "<md43lgcfpvcwzb7br75ydsgdjizal7p4@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(202,'2026-03-10 10:23:54.385440','sent',4,7,3,24798637024320601,'story','{"message_id": "<7xptorrtl6l2nw4dealmgzhlnym3qkv5@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(203,'2026-03-10 10:22:46.629120','sent',33,19,2,24798722925231314,'story','{"message_id": "<7ozuflneygtokcgasu5twdybmuwyu3wu@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(204,'2026-03-10 10:23:05.192160','sent',6,24,2,24798722924966759,'story','{"message_id": "<n6lzozz3uu6urk3gktvevtaj6gvweiko@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(205,'2026-03-10 10:24:54.292320','sent',8,36,1,24799033879875780,'story','{"message_id": "<inairxiypx35pcypfqitvuutzcxmkclw@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(206,'2026-03-10 10:25:42.533760','sent',11,35,1,24799033878273355,'story','{"message_id": "<opvmofqevsov2qyjq6q6orix3dv6gqhe@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(207,'2026-03-10 10:25:57.372960','sent',24,4,1,24799033878036635,'story','{"message_id": "<pujnz3ahqqzyfj4n55koq3ed5zddkixx@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(208,'2026-03-10 10:26:03.626880','sent',25,18,1,24799033879496078,'story','{"message_id": "<smtwrgd6kfau3hf3mpxr6w3xyiletuxq@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(209,'2026-03-10 10:25:34.294080','opened',4,7,3,24798637024320601,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(210,'2026-03-10 10:33:05.004000','sent',3,12,3,24801563494414049,'story','{"message_id": "<lqtb5ygm7t4wpuyfpoqq6ee5mcf34pk5@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(211,'2026-03-10 10:33:07.886880','sent',10,22,3,24801563491598693,'story','{"message_id": "<dat3fmlnzpsabqix7gfmiq4wok4kvcll@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(212,'2026-03-10 10:51:19.117440','unsubscribed',11,35,1,24799033878273355,'story','{"reason": "asked for no more mail by the link in it"}',0);
INSERT INTO "event" VALUES(213,'2026-03-10 12:58:12.774720','sent',13,31,1,24838067584937610,'story','{"message_id": "<xyflf2qezdisbcxyfzdgslkecq2mux6x@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(214,'2026-03-10 13:05:23.722080','sent',22,17,1,24839779549908493,'story','{"message_id": "<jf7fk7lo7eijlim4aqwk4duovd7afgzh@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(215,'2026-03-10 13:05:38.549760','sent',21,13,1,24839779550548712,'story','{"message_id": "<5fy5sl2yhcyfkqraqgo4wybw6zxhil75@northwind.example>", "subject": "How a distributor stopped losing answers", "variant": "main"}',0);
INSERT INTO "event" VALUES(216,'2026-03-10 13:43:02.400960','opened',6,24,2,24798722924966759,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(217,'2026-03-10 16:37:19.414560','opened',11,35,1,24799033878273355,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(218,'2026-03-10 16:55:05.806560','clicked',11,35,1,24799033878273355,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(219,'2026-03-10 17:26:23.703360','opened',24,4,1,24799033878036635,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(220,'2026-03-10 18:16:49.359360','opened',19,8,1,24757343160805715,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(221,'2026-03-10 18:34:19.551360','clicked',19,8,1,24757343160805715,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(222,'2026-03-10 19:01:47.595360','opened',8,36,1,24799033879875780,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(223,'2026-03-10 19:31:07.212000','opened',3,12,3,24801563494414049,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(224,'2026-03-10 19:57:00.756000','opened',22,17,1,24839779549908493,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(225,'2026-03-10 19:58:25.536000','clicked',22,17,1,24839779549908493,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(226,'2026-03-10 20:13:12.504000','opened',31,9,3,24798637022511755,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(227,'2026-03-10 23:06:28.975680','opened',10,22,3,24801563491598693,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(228,'2026-03-11 01:02:44.393280','opened',4,7,3,24798637024320601,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(229,'2026-03-11 01:56:01.461120','opened',35,10,3,24798637023663700,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(230,'2026-03-11 03:51:46.509120','opened',2,33,3,24798637024220842,'story','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(231,'2026-03-11 08:13:19.738560','task',26,5,3,NULL,'call','{"words": "Call Pawe\u0142 at Quartz Energia sp. z o.o."}',0);
INSERT INTO "event" VALUES(232,'2026-03-11 10:36:34.342560','task',7,34,1,NULL,'call','{"words": "Call Bj\u00f6rn at Meridian Studio GmbH"}',0);
INSERT INTO "event" VALUES(233,'2026-03-12 07:34:53.031360','task',31,9,3,NULL,'call','{"words": "Call Piotr at Quartz Energia sp. z o.o."}',0);
INSERT INTO "event" VALUES(234,'2026-03-12 08:22:39.135360','task',27,32,1,NULL,'call','{"words": "Call Pawe\u0142 at Umbra Textil sp. z o.o."}',0);
INSERT INTO "event" VALUES(235,'2026-03-12 08:22:39.135360','task',6,24,2,NULL,'call','{"words": "Call Beno\u00eet at Wicker Energia SAS"}',0);
INSERT INTO "event" VALUES(236,'2026-03-12 08:22:39.135360','task',19,8,1,NULL,'call','{"words": "Call Ma\u0142gorzata at Umbra Textil sp. z o.o."}',0);
INSERT INTO "event" VALUES(237,'2026-03-12 08:22:39.135360','task',17,29,3,NULL,'call','{"words": "Call Ma\u0142gorzata at Pharos Foods sp. z o.o."}',0);
INSERT INTO "event" VALUES(238,'2026-03-12 08:22:39.135360','task',15,30,3,NULL,'call','{"words": "Call J\u00fcrgen at Granit Textil GmbH"}',0);
INSERT INTO "event" VALUES(239,'2026-03-12 08:22:39.135360','task',8,36,1,NULL,'call','{"words": "Call Bj\u00f6rn at Amber Robotics GmbH"}',0);
INSERT INTO "event" VALUES(240,'2026-03-12 08:22:39.135360','task',28,27,3,NULL,'call','{"words": "Call Pawe\u0142 at Quartz Energia sp. z o.o."}',0);
INSERT INTO "event" VALUES(241,'2026-03-12 08:22:39.135360','task',30,14,3,NULL,'call','{"words": "Call Piotr at Quartz Energia sp. z o.o."}',0);
INSERT INTO "event" VALUES(242,'2026-03-12 08:22:39.135360','task',33,19,2,NULL,'call','{"words": "Call R\u00e9mi at Sok\u00f3\u0142 Werke SAS"}',0);
INSERT INTO "event" VALUES(243,'2026-03-12 08:22:39.135360','task',35,10,3,NULL,'call','{"words": "Call Sabine at Granit Textil GmbH"}',0);
INSERT INTO "event" VALUES(244,'2026-03-12 09:01:39.288000','task',24,4,1,NULL,'call','{"words": "Call Oliver at Ember Textil Ltd"}',0);
INSERT INTO "event" VALUES(245,'2026-03-12 09:01:39.288000','task',25,18,1,NULL,'call','{"words": "Call Oliver at Ember Textil Ltd"}',0);
INSERT INTO "event" VALUES(246,'2026-03-12 09:01:39.288000','task',2,33,3,NULL,'call','{"words": "Call Alasdair at Lumen Systems Ltd"}',0);
INSERT INTO "event" VALUES(247,'2026-03-12 09:01:39.288000','task',4,7,3,NULL,'call','{"words": "Call Alasdair at Lumen Systems Ltd"}',0);
INSERT INTO "event" VALUES(248,'2026-03-12 09:01:39.288000','task',3,12,3,NULL,'call','{"words": "Call Alasdair at Lumen Systems Ltd"}',0);
INSERT INTO "event" VALUES(249,'2026-03-12 09:01:39.288000','task',10,22,3,NULL,'call','{"words": "Call Harry at Lumen Systems Ltd"}',0);
INSERT INTO "event" VALUES(250,'2026-03-12 13:09:00.885600','task',21,13,1,NULL,'call','{"words": "Call Marcus at Harbour Systems Inc."}',0);
INSERT INTO "event" VALUES(251,'2026-03-12 13:09:00.885600','task',13,31,1,NULL,'call','{"words": "Call Jos\u00e9 at Harbour Systems Inc."}',0);
INSERT INTO "event" VALUES(252,'2026-03-12 14:56:19.773600','task',22,17,1,NULL,'call','{"words": "Call Marcus at Harbour Systems Inc."}',0);
INSERT INTO "event" VALUES(253,'2026-03-14 16:08:15.613440','opened',23,23,1,21873871892670623,'intro','{"link": 0, "reasons": []}',0);
INSERT INTO "event" VALUES(254,'2026-03-14 22:43:37.930080','paused by a person',2,33,3,NULL,'goodbye','{"reason": "the fair"}',0);
INSERT INTO "event" VALUES(255,'2026-03-14 22:47:18.574080','paused by a person',3,12,3,NULL,'goodbye','{"reason": "paused by a person"}',0);
INSERT INTO "event" VALUES(256,'2026-03-14 22:53:07.414080','stopped',4,7,3,NULL,'goodbye','{"reason": "stopped by a person"}',0);
CREATE TABLE folder (
	id INTEGER NOT NULL, 
	mailbox_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT DEFAULT '' NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	last_uid BIGINT NOT NULL, messages BIGINT, gaps TEXT DEFAULT '' NOT NULL, object_id TEXT DEFAULT '' NOT NULL, moved TEXT DEFAULT '' NOT NULL, moves INTEGER DEFAULT '0' NOT NULL, moved_at DATETIME, 
	CONSTRAINT pk_folder PRIMARY KEY (id), 
	CONSTRAINT fk_folder_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailbox (id), 
	CONSTRAINT uq_folder_mailbox_id_name UNIQUE (mailbox_id, name)
);
INSERT INTO "folder" VALUES(1,1,'INBOX','inbox',478141201,105,5,'','F62933d709c7f9df4d7ce808342d80135','',0,NULL);
INSERT INTO "folder" VALUES(2,1,'Sent','sent',478112612,135,35,'1:100','F9e01818df38034696e0a77b1e55fe57d','',0,NULL);
INSERT INTO "folder" VALUES(3,2,'INBOX','inbox',478100172,105,5,'','Fca754b64d35bed49ed86186388f40e8d','',0,NULL);
INSERT INTO "folder" VALUES(4,2,'Sent','sent',478117633,115,15,'1:100','F3c6a578edfd3add0cfd0201187003841','',0,NULL);
INSERT INTO "folder" VALUES(5,1,'Junk','junk',478086463,100,0,'','F759a6f2cac291bf8d06060edd7ee78b4','',0,NULL);
INSERT INTO "folder" VALUES(6,2,'Junk','junk',478127123,100,0,'','F935edfc397c6d04e03c175514807a52a','',0,NULL);
INSERT INTO "folder" VALUES(7,2,'Archive','archive',478131440,100,0,'','F228a7a8394e898af5328d61e146ab732','',0,NULL);
INSERT INTO "folder" VALUES(8,1,'Archive','archive',478117223,100,0,'','Fd4b4438b671d01cb54bc9cc78087f7d4','',0,NULL);
INSERT INTO "folder" VALUES(9,3,'INBOX','inbox',478116547,100,0,'','F9d3dcabb0014ff30a7be8807c3e5ea49','',0,NULL);
INSERT INTO "folder" VALUES(10,3,'Sent','sent',478139660,133,33,'1:100','Fdc1102284494f90384f1bbd2509e6ccf','',0,NULL);
INSERT INTO "folder" VALUES(11,3,'Junk','junk',478093393,100,0,'','F7c09b0a8e1c1cd548673357cf6794497','',0,NULL);
INSERT INTO "folder" VALUES(12,3,'Archive','archive',478137594,100,0,'','F0346fcd0b587d3fa89bfb244be38881e','',0,NULL);
CREATE TABLE hit (
	id INTEGER NOT NULL, 
	message_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	kind TEXT NOT NULL, 
	link INTEGER DEFAULT '0' NOT NULL, 
	method TEXT DEFAULT '' NOT NULL, 
	user_agent TEXT DEFAULT '' NOT NULL, 
	network TEXT DEFAULT '' NOT NULL, 
	language BOOLEAN DEFAULT 0 NOT NULL, 
	prefetch BOOLEAN DEFAULT 0 NOT NULL, 
	verdict TEXT, 
	reasons JSON NOT NULL, 
	rules_version INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_hit PRIMARY KEY (id), 
	CONSTRAINT fk_hit_message_id FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE TABLE inbound (
	id INTEGER NOT NULL, 
	mailbox_id INTEGER NOT NULL, 
	dedupe TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	uid BIGINT NOT NULL, 
	from_address TEXT DEFAULT '' NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	received_at DATETIME NOT NULL, 
	judged_at DATETIME NOT NULL, 
	kind TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	rules_version INTEGER DEFAULT '0' NOT NULL, 
	evidence TEXT DEFAULT '' NOT NULL, 
	judgement JSON NOT NULL, 
	matched_by TEXT DEFAULT '' NOT NULL, 
	contact_id INTEGER, 
	enrollment_id INTEGER, 
	message_id INTEGER, 
	body TEXT DEFAULT '' NOT NULL, 
	raw BLOB, "match" TEXT DEFAULT '' NOT NULL, size INTEGER DEFAULT '0' NOT NULL, correction JSON, read_at DATETIME, substitute_state TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_inbound PRIMARY KEY (id), 
	CONSTRAINT fk_inbound_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_inbound_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollment (id), 
	CONSTRAINT fk_inbound_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailbox (id), 
	CONSTRAINT fk_inbound_message_id FOREIGN KEY(message_id) REFERENCES message (id), 
	CONSTRAINT uq_inbound_mailbox_id_dedupe UNIQUE (mailbox_id, dedupe)
);
INSERT INTO "inbound" VALUES(1,2,'<f00eeb131905778736b7bfb2f77cfc7c@mx.sandbox.example> d413b1aa0d4edb8b','INBOX',478100172,101,'mailer-daemon@mx.deltalogistics.example','Undelivered Mail Returned to Sender','2026-03-02 09:09:55.000000','2026-03-02 14:44:31.698240','hard bounce','is hard bounce',3,'550 5.1.1 <remi.noel@deltalogistics.example>: Recipient address rejected: User unknown in virtual mailbox table','{"recipient": "remi.noel@deltalogistics.example", "status": "5.1.1", "language": "en"}','a mail of ours it names',20,32,21874060548307079,'This is the mail system at host mx.deltalogistics.example.

I''m sorry to have to inform you that your message could not
be delivered to one or more recipients. It''s attached below.

<remi.noel@deltalogistics.example>: 550 5.1.1 <remi.noel@deltalogistics.example>: Recipient address rejected: User unknown in virtual mailbox table',NULL,'certain',2047,NULL,NULL,'');
INSERT INTO "inbound" VALUES(2,2,'<2bc0009d58937209c0eae1ec1771b669@cobaltwerke.example> f41c812c3c7830b9','INBOX',478100172,102,'malgorzata.szymanska@cobaltwerke.example','Re: Fewer forgotten follow-ups at Cobalt Werke sp. z o.o.','2026-03-02 09:53:34.000000','2026-03-02 14:44:31.698240','human answer','is person',3,'Dzień dobry, brzmi ciekawie. Czy możemy porozmawiać w czwartek po południu?','{"intent": "positive", "language": "pl", "notes": ["intent: brzmi ciekawie"]}','a mail of ours it names',2,18,21874060549023563,'Dzień dobry,

brzmi ciekawie. Czy możemy porozmawiać w czwartek po południu?',NULL,'certain',3327,NULL,NULL,'');
INSERT INTO "inbound" VALUES(3,1,'<2f9c7db21219106fba84f4b178df3f41@amberrobotics.example> 30844d0cef754923','INBOX',478141201,101,'jurgen.weiss@amberrobotics.example','Automatische Antwort: Who follows up at Amber Robotics GmbH?','2026-03-02 08:41:38.000000','2026-03-02 14:44:50.344800','left the company','has left',3,'bin nicht mehr im unternehmen tatig','{"language": "de"}','a mail of ours it names',11,14,21873871894749154,'Guten Tag, ich bin nicht mehr im Unternehmen tätig. Dieses Postfach wird nicht gelesen.',NULL,'certain',632,NULL,NULL,'');
INSERT INTO "inbound" VALUES(4,1,'<e1364bd96a08ed6efcd43799c55f90e5@amberrobotics.example> 584433f2c1d47120','INBOX',478141201,102,'matthias.bohm@amberrobotics.example','Automatische Antwort: Fewer forgotten follow-ups at Amber Robotics GmbH','2026-03-02 08:41:42.000000','2026-03-02 14:44:50.344800','out of office','is away',3,'bin bis zum 14.03.2026 nicht im buro','{"until": "2026-03-15", "language": "de"}','a mail of ours it names',23,23,21873871892670623,'Guten Tag,

vielen Dank für Ihre Nachricht. Ich bin bis zum 14.03.2026 nicht im Büro.
Ihre E-Mail wird nicht weitergeleitet.

Matthias Böhm',NULL,'certain',683,NULL,NULL,'');
INSERT INTO "inbound" VALUES(5,1,'<ac8c17b788dba926205cd57df0aa18ca@meridianstudio.example> 8d35a9246183724f','INBOX',478141201,103,'sabine.bohm@meridianstudio.example','Re: Who follows up at Meridian Studio GmbH?','2026-03-02 14:58:36.000000','2026-03-02 20:56:22.084800','human answer','is person',3,'Guten Tag, wir haben gerade einen anderen Anbieter gewählt, daher nein, danke.','{"intent": "negative", "language": "de", "notes": ["intent: wir haben gerade einen anderen"]}','a mail of ours it names',21,34,21873871893632911,'Guten Tag,

wir haben gerade einen anderen Anbieter gewählt, daher nein, danke.',NULL,'certain',3160,NULL,NULL,'');
INSERT INTO "inbound" VALUES(6,1,'<9b817026cb282edfce230cce0a7c2a83@cobaltsystems.example> b49d90634b673df9','INBOX',478141201,104,'agnieszka.krol@cobaltsystems.example','Re: Who follows up at Cobalt Systems sp. z o.o.?','2026-03-02 18:41:36.000000','2026-03-02 20:56:22.084800','human answer','is person',3,'Dzień dobry, kto jeszcze w naszej branży z tego korzysta?','{"intent": "question", "language": "pl", "notes": ["intent: kto jeszcze w naszej bran\u017cy z tego korzysta?"]}','a mail of ours it names',28,1,21873871893990036,'Dzień dobry,

kto jeszcze w naszej branży z tego korzysta?',NULL,'certain',3050,NULL,NULL,'');
INSERT INTO "inbound" VALUES(7,2,'<1f090c8145fcc80daeebe6a501c1c318@mx.sandbox.example> d2e66c6c721dd0ad','INBOX',478100172,103,'feedback@wickerenergia.example','FW: complaint about your message','2026-03-03 06:30:38.000000','2026-03-03 09:17:48.671520','complaint','is complaint',3,'Feedback-Type: abuse','{"recipient": "aurelie.chevalier@wickerenergia.example", "language": "en"}','a mail of ours it names',15,5,21874060551257407,'This is an e-mail abuse report for a message received from marek@northwind.example.',NULL,'certain',1553,NULL,NULL,'');
INSERT INTO "inbound" VALUES(8,1,'<32f1aaff5d222c994a22d047891cc67c@umbratextil.example> b3c93ea1285c5766','INBOX',478141201,105,'malgorzata.zielinski@umbratextil.example','ODP: Fewer forgotten follow-ups at Umbra Textil sp. z o.o.','2026-03-03 12:35:24.000000','2026-03-03 15:30:03.893760','calendar answer','is calendar',3,'METHOD:REQUEST','{"language": "pl"}','a mail of ours it names',3,20,21878912583540487,'Dzień dobry,

wysyłam zaproszenie, do usłyszenia.',NULL,'certain',4100,NULL,NULL,'');
INSERT INTO "inbound" VALUES(9,2,'<7c169107eefea099680530df8836c97f@wickerenergia.example> b3869e7a7336ed81','INBOX',478100172,104,'zoe.dupre@wickerenergia.example','RE: Who follows up at Wicker Energia SAS?','2026-03-05 15:48:25.000000','2026-03-05 21:26:44.979360','human answer','is person',3,'Bonjour, cela tombe bien, c''est ce que nous cherchons. Quelles sont vos disponibilités ?','{"intent": "question", "language": "fr", "notes": ["intent: Quelles sont vos disponibilit\u00e9s ?"]}','a mail of ours it names',6,36,21874060548548061,'Bonjour,

cela tombe bien, c''est ce que nous cherchons. Quelles sont vos disponibilités ?',NULL,'certain',3524,NULL,NULL,'');
INSERT INTO "inbound" VALUES(10,2,'<5e5501c67447d9e9e1b697624d497054@rivagefoods.example> 874dd60efb98feca','INBOX',478100172,105,'imogen.ashworth@rivagefoods.example','Re: Fewer forgotten follow-ups at Rivage Foods Ltd','2026-03-06 03:28:32.000000','2026-03-06 03:28:36.534720','human answer','is person',3,'Hi, we have just signed with another supplier, so no, thank you.','{"intent": "negative", "language": "en", "notes": ["intent: no, thank you"]}','a mail of ours it names',26,12,22964644867840414,'Hi,

we have just signed with another supplier, so no, thank you.',NULL,'certain',2350,NULL,NULL,'');
CREATE TABLE lost_mail (
	fingerprint TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	mailbox_id INTEGER NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	sent_at DATETIME NOT NULL, 
	answered BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_lost_mail PRIMARY KEY (fingerprint), 
	CONSTRAINT fk_lost_mail_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailbox (id)
);
CREATE TABLE mailbox (
	id INTEGER NOT NULL, 
	address TEXT NOT NULL, 
	name TEXT DEFAULT '' NOT NULL, 
	username TEXT NOT NULL, 
	secret BLOB NOT NULL, 
	smtp_host TEXT NOT NULL, 
	smtp_port INTEGER NOT NULL, 
	smtp_security TEXT NOT NULL, 
	imap_host TEXT NOT NULL, 
	imap_port INTEGER NOT NULL, 
	imap_security TEXT NOT NULL, 
	ca_file TEXT, 
	state TEXT DEFAULT 'active' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	daily_cap INTEGER, 
	gap_seconds INTEGER DEFAULT '0' NOT NULL, 
	unknown_policy TEXT DEFAULT 'hold' NOT NULL, 
	files_sent BOOLEAN, 
	lease_owner TEXT DEFAULT '' NOT NULL, 
	lease_until DATETIME, 
	fence INTEGER DEFAULT '0' NOT NULL, 
	next_turn_at DATETIME, 
	synced_at DATETIME, 
	sync_error TEXT DEFAULT '' NOT NULL, 
	troubles INTEGER DEFAULT '0' NOT NULL, 
	created_at DATETIME NOT NULL, plus_addressing BOOLEAN DEFAULT 0 NOT NULL, aliases JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_mailbox PRIMARY KEY (id), 
	CONSTRAINT ck_mailbox_state CHECK (state in ('active', 'paused', 'removed')), 
	CONSTRAINT uq_mailbox_address UNIQUE (address)
);
INSERT INTO "mailbox" VALUES(1,'ada@northwind.example','Ada Lind','ada@northwind.example',X'010CCCF367E767BCA78FF27A5985259EC70D131A6D7A16E6D101887537279A7EDEBA8DA52F877E956DBD6C44BB02851AF1','127.0.0.1',37059,'starttls','127.0.0.1',38777,'starttls',NULL,'active','',60,0,'hold',1,'',NULL,67,'2026-03-15 04:30:14.978880','2026-03-14 22:30:14.978880','',0,'2026-03-01 07:21:21.025440',0,'[]');
INSERT INTO "mailbox" VALUES(2,'marek@northwind.example','Marek Wolny','marek@northwind.example',X'01FCA4C4327F989F732304ED8F4ED0CC73EADE195F7B5E86860FC8D8A15677F19DE4F6FCEAC2FA85BFB37F11DB91EC896C9F2691','127.0.0.1',37059,'starttls','127.0.0.1',38777,'starttls',NULL,'active','',60,0,'hold',1,'',NULL,58,'2026-03-15 00:04:00.644160','2026-03-14 18:04:00.644160','',0,'2026-03-01 07:22:07.550400',0,'[]');
INSERT INTO "mailbox" VALUES(3,'jonas@northwind.example','Jonas Weber','jonas@northwind.example',X'01FDAC84D7B5C0AEE8554D8513792A2C2B888D5EC0CFB006A4FD9398A93CB80D18552AAC7E9FC229A2F09A440C6715D3623B03EA','127.0.0.1',37059,'starttls','127.0.0.1',38777,'starttls',NULL,'active','',60,0,'hold',1,'',NULL,63,'2026-03-15 02:18:29.538720','2026-03-14 20:18:29.538720','',0,'2026-03-01 07:23:24.911520',0,'[]');
CREATE TABLE message (
	id INTEGER NOT NULL, 
	enrollment_id INTEGER NOT NULL, 
	step TEXT NOT NULL, 
	variant TEXT DEFAULT '' NOT NULL, 
	contact_id INTEGER NOT NULL, 
	mailbox_id INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	message_id TEXT NOT NULL, 
	thread TEXT DEFAULT '' NOT NULL, 
	recipient TEXT DEFAULT '' NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	body TEXT DEFAULT '' NOT NULL, 
	raw BLOB NOT NULL, 
	links JSON NOT NULL, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	fence INTEGER DEFAULT '0' NOT NULL, 
	looks INTEGER DEFAULT '0' NOT NULL, 
	prepared_at DATETIME NOT NULL, 
	transmitting_at DATETIME, 
	settled_at DATETIME, 
	code INTEGER, 
	reply TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_message PRIMARY KEY (id), 
	CONSTRAINT fk_message_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_message_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollment (id), 
	CONSTRAINT fk_message_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailbox (id), 
	CONSTRAINT uq_message_enrollment_id_step UNIQUE (enrollment_id, step), 
	CONSTRAINT uq_message_message_id UNIQUE (message_id)
);
INSERT INTO "message" VALUES(21873652241572344,15,'intro','main',30,3,'accepted','<k5nqqbfrobjzighj5xyx7xnwfc7wm53f@northwind.example>','<k5nqqbfrobjzighj5xyx7xnwfc7wm53f@northwind.example>','jurgen.weiss@granittextil.example','Fewer forgotten follow-ups at Granit Textil GmbH','Hi Jürgen,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:05.087040','2026-03-02 08:39:39.916800','2026-03-02 08:57:59.971680',250,'2.0.0 Ok: queued as 00000010');
INSERT INTO "message" VALUES(21873652241891913,28,'intro','main',27,3,'accepted','<fw6bokqulzu4lthzf4ksoau5vmu63hfr@northwind.example>','<fw6bokqulzu4lthzf4ksoau5vmu63hfr@northwind.example>','pawel.krol@quartzenergia.example','Fewer forgotten follow-ups at Quartz Energia sp. z o.o.','Hi Paweł,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:05.087040','2026-03-02 08:39:39.916800','2026-03-02 08:57:43.076160',250,'2.0.0 Ok: queued as 0000000C');
INSERT INTO "message" VALUES(21873652242199084,30,'intro','question',14,3,'accepted','<z6i73hxp767qfweoax7xtupsafeivzmg@northwind.example>','<z6i73hxp767qfweoax7xtupsafeivzmg@northwind.example>','piotr.dabrowski@quartzenergia.example','Who follows up at Quartz Energia sp. z o.o.?','Hi Piotr,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:05.087040','2026-03-02 08:39:39.916800','2026-03-02 08:58:14.858400',250,'2.0.0 Ok: queued as 00000012');
INSERT INTO "message" VALUES(21873652242476047,17,'intro','question',29,3,'accepted','<zdcuho3xse6z52yzhcy6fmdqwpnasdxz@northwind.example>','<zdcuho3xse6z52yzhcy6fmdqwpnasdxz@northwind.example>','malgorzata.krol@pharosfoods.example','Who follows up at Pharos Foods sp. z o.o.?','Hi Małgorzata,

most sales teams lose a third of their answe',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:05.087040','2026-03-02 08:39:39.916800','2026-03-02 08:58:41.956320',250,'2.0.0 Ok: queued as 00000014');
INSERT INTO "message" VALUES(21873652243345070,26,'intro','question',5,3,'accepted','<czpwsz7oor422xhiyjc3fdjq7miwo6mk@northwind.example>','<czpwsz7oor422xhiyjc3fdjq7miwo6mk@northwind.example>','pawel.jablonska@quartzenergia.example','Who follows up at Quartz Energia sp. z o.o.?','Hi Paweł,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:05.087040','2026-03-02 08:39:39.916800','2026-03-02 08:41:11.410080',250,'2.0.0 Ok: queued as 00000007');
INSERT INTO "message" VALUES(21873652243433759,29,'intro','question',1,3,'refused','<xgtprlgzqwx7ksrtxhv3i2vqqrft34c4@northwind.example>','<xgtprlgzqwx7ksrtxhv3i2vqqrft34c4@northwind.example>','pawel.wisniewska@pharosfoods.example','Who follows up at Pharos Foods sp. z o.o.?','Hi Paweł,

most sales teams lose a third of their answers to',X'46726F6D3A204A6F6E6173205765626572203C6A6F6E6173406E6F72746877696E642E6578616D706C653E0D0A546F3A203D3F7574662D383F713F506177653D43353D38325F57693D43353D39426E696577736B613F3D0D0A203C706177656C2E7769736E696577736B6140706861726F73666F6F64732E6578616D706C653E0D0A5375626A6563743A2057686F20666F6C6C6F777320757020617420506861726F7320466F6F64732073702E207A206F2E6F2E3F0D0A446174653A204D6F6E2C203032204D617220323032362030383A33383A3035202B303030300D0A4D6573736167652D49443A203C78677470726C677A717778376B73727478687633693276717172667433346334406E6F72746877696E642E6578616D706C653E0D0A4C6973742D556E7375627363726962653A203C687474703A2F2F3132372E302E302E313A34343830332F752F4162446A2D78687061542D4A4A76574F43377A523547355F43416B516B4A6B4943684D33676133354B3835435974702D7139547A63505277697048387549536463634B666E4E594C6D7A37645A333475694C673E2C0D0A203C6D61696C746F3A6A6F6E6173406E6F72746877696E642E6578616D706C653F7375626A6563743D756E7375627363726962653E0D0A4C6973742D556E7375627363726962652D506F73743A204C6973742D556E7375627363726962653D4F6E652D436C69636B0D0A4D494D452D56657273696F6E3A20312E300D0A436F6E74656E742D547970653A206D756C7469706172742F616C7465726E61746976653B0D0A20626F756E646172793D223D5F323762373833623530643735613431383638316562663534363731303062220D0A0D0A2D2D3D5F3237623738336235306437356134313836383165626635343637313030620D0A436F6E74656E742D547970653A20746578742F706C61696E3B20636861727365743D7574662D380D0A436F6E74656E742D5472616E736665722D456E636F64696E673A2071756F7465642D7072696E7461626C650D0A0D0A486920506177653D43353D38322C0D0A0D0A6D6F73742073616C6573207465616D73206C6F73652061207468697264206F6620746865697220616E737765727320746F2066756C6C20696E626F78657320616E6420666F72676F7474653D0D0A6E20666F6C6C6F772D7570732E2052656C616E63652077726974657320746865207365636F6E6420616E64207468697264206D61696C20666F7220796F75722070656F706C652C20616E643D0D0A2066616C6C732073696C656E7420746865206D6F6D656E7420736F6D656F6E6520616E73776572732E0D0A0D0A48657265206973207768617420697420636F737473203C68747470733A2F2F72656C616E63652E6578616D706C652F70726963696E673E2C20616E64206865726520697320686F772061203D0D0A6469737472696275746F7220796F75722073697A652075736573206974203C68747470733A2F2F72656C616E63652E6578616D706C652F73746F726965732F6469737472696275746F723E2E0D0A0D0A576F756C64206669667465656E206D696E75746573206E657874207765656B207375697420796F753F0D0A0D0A4E6F7420666F7220796F753F204F6E6520636C69636B20616E6420492077696C6C206E6F7420777269746520616761696E3A20687474703A2F2F3132372E302E302E313A34343830332F753D0D0A2F4162446A2D78687061542D4A4A76574F43377A523547355F43416B516B4A6B4943684D33676133354B3835435974702D7139547A63505277697048387549536463634B666E4E594C6D7A3D0D0A37645A333475694C670D0A0D0A2D2D3D5F3237623738336235306437356134313836383165626635343637313030620D0A436F6E74656E742D547970653A20746578742F68746D6C3B20636861727365743D7574662D380D0A436F6E74656E742D5472616E736665722D456E636F64696E673A2071756F7465642D7072696E7461626C650D0A0D0A3C21444F43545950452068746D6C3E0D0A3C68746D6C3E0D0A3C686561643E3C6D65746120636861727365743D3344227574662D38223E3C2F686561643E0D0A3C626F64793E0D0A3C646976206469723D3344226175746F223E0D0A3C6469763E486920506177653D43353D38322C3C2F6469763E0D0A3C6469763E3C62723E3C2F6469763E0D0A3C6469763E6D6F73742073616C6573207465616D73206C6F73652061207468697264206F6620746865697220616E737765727320746F2066756C6C20696E626F78657320616E6420666F723D0D0A676F7474656E20666F6C6C6F772D7570732E2052656C616E63652077726974657320746865207365636F6E6420616E64207468697264206D61696C20666F7220796F75722070656F706C653D0D0A2C20616E642066616C6C732073696C656E7420746865206D6F6D656E7420736F6D656F6E6520616E73776572732E3C2F6469763E0D0A3C6469763E3C62723E3C2F6469763E0D0A3C6469763E48657265206973203C6120687265663D334422687474703A2F2F3132372E302E302E313A34343830332F632F4159533932636D34573933564F35516F6A352D467271705548573D0D0A323754774835765748746A656A2D58556877423131764B4151495637547138367032647168534B4D6870615465563779694A223E7768617420697420636F7374733C2F613E2C20616E64203D0D0A68657265206973203C6120687265663D334422687474703A2F2F3132372E302E302E313A34343830332F632F41527A6A4868735662526153694259355765766B785A36764D426F6A4B32313D0D0A47497978354A376F52664A5064686F73334B344764414A55685F374A525A4A59314476474436394C492D6445593764396F46634165524E715277443673223E686F772061206469737472693D0D0A6275746F7220796F75722073697A6520757365732069743C2F613E2E3C2F6469763E0D0A3C6469763E3C62723E3C2F6469763E0D0A3C6469763E576F756C64206669667465656E206D696E75746573206E657874207765656B207375697420796F753F3C2F6469763E0D0A3C2F6469763E0D0A3C70207374796C653D334422666F6E742D73697A653A313270783B636F6C6F723A23373737223E3C6120687265663D334422687474703A2F2F3132372E302E302E313A34343830332F752F3D0D0A4162446A2D78687061542D4A4A76574F43377A523547355F43416B516B4A6B4943684D33676133354B3835435974702D7139547A63505277697048387549536463634B666E4E594C6D7A373D0D0A645A333475694C6722207374796C653D334422636F6C6F723A23373737223E4E6F7420666F7220796F753F204F6E6520636C69636B20616E6420492077696C6C206E6F74207772697465203D0D0A616761696E3C2F613E3C2F703E3C696D67207372633D334422687474703A2F2F3132372E302E302E313A34343830332F6F2F415154576E4A5F4B4C533268413443465543325551573958533D0D0A41426D57496A6E6A6A592E676966222077696474683D3344223122206865696768743D334422312220616C743D334422223E3C2F626F64793E0D0A3C2F68746D6C3E0D0A0D0A2D2D3D5F3237623738336235306437356134313836383165626635343637313030622D2D0D0A','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:05.087040','2026-03-02 08:39:39.916800','2026-03-02 08:57:45.074880',550,'5.1.1 <pawel.wisniewska@pharosfoods.example>: Recipient address rejected: User unknown');
INSERT INTO "message" VALUES(21873652243914418,35,'intro','main',10,3,'accepted','<4nn7chptxqlurfywl526iwah7rx7mdad@northwind.example>','<4nn7chptxqlurfywl526iwah7rx7mdad@northwind.example>','sabine.schroder@granittextil.example','Fewer forgotten follow-ups at Granit Textil GmbH','Hi Sabine,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:05.087040','2026-03-02 08:39:39.916800','2026-03-02 08:41:58.398720',250,'2.0.0 Ok: queued as 0000000A');
INSERT INTO "message" VALUES(21873652244934477,31,'intro','question',9,3,'accepted','<2gmu5cvvwrylwmpizesgjqwvpglqrusi@northwind.example>','<2gmu5cvvwrylwmpizesgjqwvpglqrusi@northwind.example>','piotr.wisniewska@quartzenergia.example','Who follows up at Quartz Energia sp. z o.o.?','Hi Piotr,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:05.087040','2026-03-02 08:39:39.916800','2026-03-02 08:57:55.818720',250,'2.0.0 Ok: queued as 0000000E');
INSERT INTO "message" VALUES(21873871892529125,7,'intro','main',34,1,'accepted','<hnmvjjvo3dz5v4mbr4n2aevfk35dz75a@northwind.example>','<hnmvjjvo3dz5v4mbr4n2aevfk35dz75a@northwind.example>','bjorn.kruger@meridianstudio.example','Fewer forgotten follow-ups at Meridian Studio GmbH','Hi Björn,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:57.456960','2026-03-02 08:39:41.441760','2026-03-02 08:41:23.280000',250,'2.0.0 Ok: queued as 00000008');
INSERT INTO "message" VALUES(21873871892670623,23,'intro','main',23,1,'accepted','<kqddso5oq27g7g75sjs7b6i7vmwwonla@northwind.example>','<kqddso5oq27g7g75sjs7b6i7vmwwonla@northwind.example>','matthias.bohm@amberrobotics.example','Fewer forgotten follow-ups at Amber Robotics GmbH','Hi Matthias,

most sales teams lose a third of their answers',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:57.456960','2026-03-02 08:39:41.441760','2026-03-02 08:40:40.663200',250,'2.0.0 Ok: queued as 00000005');
INSERT INTO "message" VALUES(21873871893632911,34,'intro','question',21,1,'accepted','<robrzwfrysvgietdvenir2x2jxrxm6h5@northwind.example>','<robrzwfrysvgietdvenir2x2jxrxm6h5@northwind.example>','sabine.bohm@meridianstudio.example','Who follows up at Meridian Studio GmbH?','Hi Sabine,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:57.456960','2026-03-02 08:39:41.441760','2026-03-02 08:40:30.799200',250,'2.0.0 Ok: queued as 00000003');
INSERT INTO "message" VALUES(21873871893976759,19,'intro','question',8,1,'accepted','<uifvbvmu7qwij55gjb4qu23rbdtsbjhi@northwind.example>','<uifvbvmu7qwij55gjb4qu23rbdtsbjhi@northwind.example>','malgorzata.wisniewska@umbratextil.example','Who follows up at Umbra Textil sp. z o.o.?','Hi Małgorzata,

most sales teams lose a third of their answe',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:57.456960','2026-03-02 08:39:41.441760','2026-03-02 08:40:23.861280',250,'2.0.0 Ok: queued as 00000002');
INSERT INTO "message" VALUES(21873871893990036,1,'intro','question',28,1,'accepted','<mtnodsmap2muruzssidffwb3lbf5vgs7@northwind.example>','<mtnodsmap2muruzssidffwb3lbf5vgs7@northwind.example>','agnieszka.krol@cobaltsystems.example','Who follows up at Cobalt Systems sp. z o.o.?','Hi Agnieszka,

most sales teams lose a third of their answer',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:57.456960','2026-03-02 08:39:41.441760','2026-03-02 08:40:49.991520',250,'2.0.0 Ok: queued as 00000006');
INSERT INTO "message" VALUES(21873871894297022,8,'intro','question',36,1,'accepted','<rcnrlkg7g5qfgcctfkr2eqnezx6lhx6g@northwind.example>','<rcnrlkg7g5qfgcctfkr2eqnezx6lhx6g@northwind.example>','bjorn.muller@amberrobotics.example','Who follows up at Amber Robotics GmbH?','Hi Björn,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:57.456960','2026-03-02 08:39:41.441760','2026-03-02 08:40:15.389760',250,'2.0.0 Ok: queued as 00000001');
INSERT INTO "message" VALUES(21873871894749154,14,'intro','question',11,1,'accepted','<re5zvwbxsei4czb4y5o6vqmbzlq7tznq@northwind.example>','<re5zvwbxsei4czb4y5o6vqmbzlq7tznq@northwind.example>','jurgen.weiss@amberrobotics.example','Who follows up at Amber Robotics GmbH?','Hi Jürgen,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:57.456960','2026-03-02 08:39:41.441760','2026-03-02 08:40:34.469760',250,'2.0.0 Ok: queued as 00000004');
INSERT INTO "message" VALUES(21873871895831406,27,'intro','main',32,1,'accepted','<fn7i2ftlfafpmerjuaj7d4x2tz4k3tji@northwind.example>','<fn7i2ftlfafpmerjuaj7d4x2tz4k3tji@northwind.example>','pawel.jablonska@umbratextil.example','Fewer forgotten follow-ups at Umbra Textil sp. z o.o.','Hi Paweł,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:38:57.456960','2026-03-02 08:39:41.441760','2026-03-02 08:41:53.450880',250,'2.0.0 Ok: queued as 00000009');
INSERT INTO "message" VALUES(21874060548307079,32,'intro','main',20,2,'accepted','<b6zfud2wlwb4uvvzaywf3655myybwfvg@northwind.example>','<b6zfud2wlwb4uvvzaywf3655myybwfvg@northwind.example>','remi.noel@deltalogistics.example','Fewer forgotten follow-ups at Delta Logistics SAS','Hi Rémi,

most sales teams lose a third of their answers to ',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:39:42.435360','2026-03-02 08:57:01.601280','2026-03-02 08:57:56.230560',250,'2.0.0 Ok: queued as 0000000F');
INSERT INTO "message" VALUES(21874060548320749,16,'intro','main',16,2,'accepted','<2hu5ulr5ybk4gmu6zdfiwvpjnurt7sc6@northwind.example>','<2hu5ulr5ybk4gmu6zdfiwvpjnurt7sc6@northwind.example>','katarzyna.kowalski@cobaltwerke.example','Fewer forgotten follow-ups at Cobalt Werke sp. z o.o.','Hi Katarzyna,

most sales teams lose a third of their answer',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:39:42.435360','2026-03-02 08:57:01.601280','2026-03-02 08:59:02.227200',250,'2.0.0 Ok: queued as 00000015');
INSERT INTO "message" VALUES(21874060548548061,36,'intro','question',6,2,'accepted','<dhyq6gjybeemhxupukcjb62sor6lmn5j@northwind.example>','<dhyq6gjybeemhxupukcjb62sor6lmn5j@northwind.example>','zoe.dupre@wickerenergia.example','Who follows up at Wicker Energia SAS?','Hi Zoé,

most sales teams lose a third of their answers to f',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:39:42.435360','2026-03-02 08:57:01.601280','2026-03-02 08:57:27.563040',250,'2.0.0 Ok: queued as 0000000B');
INSERT INTO "message" VALUES(21874060549023563,18,'intro','main',2,2,'accepted','<2fqq73upb3zfzja4kkuqxpwpe7rzq2f3@northwind.example>','<2fqq73upb3zfzja4kkuqxpwpe7rzq2f3@northwind.example>','malgorzata.szymanska@cobaltwerke.example','Fewer forgotten follow-ups at Cobalt Werke sp. z o.o.','Hi Małgorzata,

most sales teams lose a third of their answe',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:39:42.435360','2026-03-02 08:57:01.601280','2026-03-02 08:58:02.402400',250,'2.0.0 Ok: queued as 00000011');
INSERT INTO "message" VALUES(21874060550169617,33,'intro','main',19,2,'accepted','<gzu2y4l4277p32bhktk263bm3rw4vbno@northwind.example>','<gzu2y4l4277p32bhktk263bm3rw4vbno@northwind.example>','remi.noel@sokolwerke.example','Fewer forgotten follow-ups at Sokół Werke SAS','Hi Rémi,

most sales teams lose a third of their answers to ',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:39:42.435360','2026-03-02 08:57:01.601280','2026-03-02 08:57:51.026400',250,'2.0.0 Ok: queued as 0000000D');
INSERT INTO "message" VALUES(21874060551098294,6,'intro','question',24,2,'accepted','<q5oh5e4pofyzacbtfl6s7alhmyy7ymov@northwind.example>','<q5oh5e4pofyzacbtfl6s7alhmyy7ymov@northwind.example>','benoit.dupre@wickerenergia.example','Who follows up at Wicker Energia SAS?','Hi Benoît,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:39:42.435360','2026-03-02 08:57:01.601280','2026-03-02 08:59:33.655200',250,'2.0.0 Ok: queued as 00000017');
INSERT INTO "message" VALUES(21874060551257407,5,'intro','question',15,2,'accepted','<ogrmujdf4pbxg4vpq73es7gl3zfyfag5@northwind.example>','<ogrmujdf4pbxg4vpq73es7gl3zfyfag5@northwind.example>','aurelie.chevalier@wickerenergia.example','Who follows up at Wicker Energia SAS?','Hi Aurélie,

most sales teams lose a third of their answers ',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:39:42.435360','2026-03-02 08:57:01.601280','2026-03-02 08:58:17.307840',250,'2.0.0 Ok: queued as 00000013');
INSERT INTO "message" VALUES(21874060551329198,9,'intro','main',25,2,'accepted','<f6smy6a6l4bhdxvudjab74zpag67edkn@northwind.example>','<f6smy6a6l4bhdxvudjab74zpag67edkn@northwind.example>','ewa.jablonska@cobaltwerke.example','Fewer forgotten follow-ups at Cobalt Werke sp. z o.o.','Hi Ewa,

most sales teams lose a third of their answers to f',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,5,0,'2026-03-02 08:39:42.435360','2026-03-02 08:57:01.601280','2026-03-02 08:59:18.860640',250,'2.0.0 Ok: queued as 00000016');
INSERT INTO "message" VALUES(21878912582238436,25,'intro','main',18,1,'accepted','<7xaxlut675eq6bjvbfwvmglqgn3cyuf6@northwind.example>','<7xaxlut675eq6bjvbfwvmglqgn3cyuf6@northwind.example>','oliver.whitcombe@embertextil.example','Fewer forgotten follow-ups at Ember Textil Ltd','Hi Oliver,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,6,0,'2026-03-02 08:58:59.250720','2026-03-02 09:11:53.089440','2026-03-02 09:12:09.053280',250,'2.0.0 Ok: queued as 0000001C');
INSERT INTO "message" VALUES(21878912583540487,20,'intro','main',3,1,'accepted','<jobl46kux7uk6k72eiyymp5o7qfhvxoy@northwind.example>','<jobl46kux7uk6k72eiyymp5o7qfhvxoy@northwind.example>','malgorzata.zielinski@umbratextil.example','Fewer forgotten follow-ups at Umbra Textil sp. z o.o.','Hi Małgorzata,

most sales teams lose a third of their answe',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,6,0,'2026-03-02 08:58:59.250720','2026-03-02 09:11:53.089440','2026-03-02 09:12:03.486240',250,'2.0.0 Ok: queued as 0000001A');
INSERT INTO "message" VALUES(21878912584339728,24,'intro','main',4,1,'accepted','<oxu3a2sxj5rx4v6vu7nirxbwezozqeyc@northwind.example>','<oxu3a2sxj5rx4v6vu7nirxbwezozqeyc@northwind.example>','oliver.obrien@embertextil.example','Fewer forgotten follow-ups at Ember Textil Ltd','Hi Oliver,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,6,0,'2026-03-02 08:58:59.250720','2026-03-02 09:11:53.089440','2026-03-02 09:12:06.481440',250,'2.0.0 Ok: queued as 0000001B');
INSERT INTO "message" VALUES(21880168168603671,4,'intro','main',7,3,'accepted','<ker4kfuoxmvmot5yyna73qxix7zrzwqf@northwind.example>','<ker4kfuoxmvmot5yyna73qxix7zrzwqf@northwind.example>','alasdair.whitcombe@lumensystems.example','Fewer forgotten follow-ups at Lumen Systems Ltd','Hi Alasdair,

most sales teams lose a third of their answers',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,6,0,'2026-03-02 09:03:58.605120','2026-03-02 09:07:58.959840','2026-03-02 09:08:51.203040',250,'2.0.0 Ok: queued as 00000019');
INSERT INTO "message" VALUES(21880168169761586,2,'intro','main',33,3,'accepted','<go7b5jj54d44k3mdpeth4qtcd62oztwh@northwind.example>','<go7b5jj54d44k3mdpeth4qtcd62oztwh@northwind.example>','alasdair.hughes32@lumensystems.example','Fewer forgotten follow-ups at Lumen Systems Ltd','Hi Alasdair,

most sales teams lose a third of their answers',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,6,0,'2026-03-02 09:03:58.605120','2026-03-02 09:07:58.959840','2026-03-02 09:08:48.390720',250,'2.0.0 Ok: queued as 00000018');
INSERT INTO "message" VALUES(21884947987128793,11,'intro','main',35,1,'accepted','<yvgf4zilwsabd2rhgtyz2dy22brn3x73@northwind.example>','<yvgf4zilwsabd2rhgtyz2dy22brn3x73@northwind.example>','harry.whitcombe@embertextil.example','Fewer forgotten follow-ups at Ember Textil Ltd','Hi Harry,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,7,0,'2026-03-02 09:22:58.202400','2026-03-02 09:28:59.629440','2026-03-02 09:29:15.675360',250,'2.0.0 Ok: queued as 0000001F');
INSERT INTO "message" VALUES(21885255910925364,12,'intro','main',26,2,'accepted','<vz6uaxey632aigyzvpx5yszhfwohfo6v@northwind.example>','<vz6uaxey632aigyzvpx5yszhfwohfo6v@northwind.example>','imogen.ashworth@rivagefoods.example','Fewer forgotten follow-ups at Rivage Foods Ltd','Hi Imogen,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',2,7,0,'2026-03-02 09:24:11.617920','2026-03-02 10:14:39.968160','2026-03-02 10:14:46.841280',250,'2.0.0 Ok: queued as 00000020');
INSERT INTO "message" VALUES(21886045033755315,10,'intro','main',22,3,'accepted','<53hzof3ww426xg6rkimfofaxp2hxotlh@northwind.example>','<53hzof3ww426xg6rkimfofaxp2hxotlh@northwind.example>','harry.ashworth@lumensystems.example','Fewer forgotten follow-ups at Lumen Systems Ltd','Hi Harry,

most sales teams lose a third of their answers to',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,7,0,'2026-03-02 09:27:19.759680','2026-03-02 09:28:58.834560','2026-03-02 09:29:07.797120',250,'2.0.0 Ok: queued as 0000001D');
INSERT INTO "message" VALUES(21886045037495248,3,'intro','question',12,3,'accepted','<innuph6kqprndtoxrvvx7zwrrltkqs2j@northwind.example>','<innuph6kqprndtoxrvvx7zwrrltkqs2j@northwind.example>','alasdair.hughes@lumensystems.example','Who follows up at Lumen Systems Ltd?','Hi Alasdair,

most sales teams lose a third of their answers',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,7,0,'2026-03-02 09:27:19.759680','2026-03-02 09:28:58.834560','2026-03-02 09:29:14.182080',250,'2.0.0 Ok: queued as 0000001E');
INSERT INTO "message" VALUES(21952700347668902,13,'intro','main',31,1,'accepted','<tq5b24r7w53b2cmusypywpkx6vego3w2@northwind.example>','<tq5b24r7w53b2cmusypywpkx6vego3w2@northwind.example>','jose.johnson@harboursystems.example','Fewer forgotten follow-ups at Harbour Systems Inc.','Hi José,

most sales teams lose a third of their answers to ',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,8,0,'2026-03-02 13:52:11.624160','2026-03-02 13:53:02.588640','2026-03-02 13:53:08.576160',250,'2.0.0 Ok: queued as 00000021');
INSERT INTO "message" VALUES(21956548271408283,21,'intro','main',13,1,'accepted','<macs6viyl6cwfzc4rwbxfpvrca4v7akw@northwind.example>','<macs6viyl6cwfzc4rwbxfpvrca4v7akw@northwind.example>','marcus.delgado@harboursystems.example','Fewer forgotten follow-ups at Harbour Systems Inc.','Hi Marcus,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',2,10,0,'2026-03-02 14:07:29.040960','2026-03-02 14:58:50.688480','2026-03-02 14:58:56.092800',250,'2.0.0 Ok: queued as 00000023');
INSERT INTO "message" VALUES(21956548271477292,22,'intro','question',17,1,'accepted','<fjcevnempzyzk2ngv2xfg6xdms3szkx7@northwind.example>','<fjcevnempzyzk2ngv2xfg6xdms3szkx7@northwind.example>','marcus.fitzgerald@harboursystems.example','Who follows up at Harbour Systems Inc.?','Hi Marcus,

most sales teams lose a third of their answers t',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}, {"target": "https://relance.example/stories/distributor", "label": "story"}]',1,9,0,'2026-03-02 14:07:29.040960','2026-03-02 14:09:14.289120','2026-03-02 14:09:31.462560',250,'2.0.0 Ok: queued as 00000022');
INSERT INTO "message" VALUES(22949661301093872,19,'bump','main',8,1,'accepted','<bnu5ujwutzpqsox5eq2m365voyl6fq43@northwind.example>','<uifvbvmu7qwij55gjb4qu23rbdtsbjhi@northwind.example>','malgorzata.wisniewska@umbratextil.example','Re: Who follows up at Umbra Textil sp. z o.o.?','Hi Małgorzata,

just lifting this to the top of your inbox. ',X'','[]',1,21,0,'2026-03-05 07:53:45.638880','2026-03-05 07:58:00.786720','2026-03-05 07:59:55.417920',250,'2.0.0 Ok: queued as 00000024');
INSERT INTO "message" VALUES(22949661303016303,7,'bump','main',34,1,'accepted','<g7lraipl7rmke3eksi57cj43gspqwd4u@northwind.example>','<hnmvjjvo3dz5v4mbr4n2aevfk35dz75a@northwind.example>','bjorn.kruger@meridianstudio.example','Re: Fewer forgotten follow-ups at Meridian Studio GmbH','Hi Björn,

just lifting this to the top of your inbox. Is ke',X'','[]',1,21,0,'2026-03-05 07:53:45.638880','2026-03-05 07:58:00.786720','2026-03-05 08:00:54.699840',250,'2.0.0 Ok: queued as 00000025');
INSERT INTO "message" VALUES(22950210126003548,35,'bump','main',10,3,'accepted','<vgubfunrhnmekojxsw4qf6fqbaonnguz@northwind.example>','<4nn7chptxqlurfywl526iwah7rx7mdad@northwind.example>','sabine.schroder@granittextil.example','Re: Fewer forgotten follow-ups at Granit Textil GmbH','Hi Sabine,

just lifting this to the top of your inbox. Is k',X'','[]',1,19,0,'2026-03-05 07:55:56.488800','2026-03-05 08:00:39.916800','2026-03-05 08:02:50.242560',250,'2.0.0 Ok: queued as 00000028');
INSERT INTO "message" VALUES(22950210126625840,31,'bump','main',9,3,'accepted','<vs3trtos64fhr4fpezzy5q2cv4g242u5@northwind.example>','<2gmu5cvvwrylwmpizesgjqwvpglqrusi@northwind.example>','piotr.wisniewska@quartzenergia.example','Re: Who follows up at Quartz Energia sp. z o.o.?','Hi Piotr,

just lifting this to the top of your inbox. Is ke',X'','[]',1,19,0,'2026-03-05 07:55:56.488800','2026-03-05 08:00:39.916800','2026-03-05 08:01:09.677280',250,'2.0.0 Ok: queued as 00000026');
INSERT INTO "message" VALUES(22950210128210454,30,'bump','main',14,3,'accepted','<knatbxw3p742uaszber25oixoos4pw3r@northwind.example>','<z6i73hxp767qfweoax7xtupsafeivzmg@northwind.example>','piotr.dabrowski@quartzenergia.example','Re: Who follows up at Quartz Energia sp. z o.o.?','Hi Piotr,

just lifting this to the top of your inbox. Is ke',X'','[]',1,19,0,'2026-03-05 07:55:56.488800','2026-03-05 08:00:39.916800','2026-03-05 08:01:55.950240',250,'2.0.0 Ok: queued as 00000027');
INSERT INTO "message" VALUES(22950752734676286,33,'bump','main',19,2,'accepted','<b5lquz6aha2f4q5pddxkpux635o3drkj@northwind.example>','<gzu2y4l4277p32bhktk263bm3rw4vbno@northwind.example>','remi.noel@sokolwerke.example','Re: Fewer forgotten follow-ups at Sokół Werke SAS','Hi Rémi,

just lifting this to the top of your inbox. Is kee',X'','[]',1,19,0,'2026-03-05 07:58:05.856960','2026-03-05 08:01:56.778240','2026-03-05 08:02:32.494560',250,'2.0.0 Ok: queued as 00000029');
INSERT INTO "message" VALUES(22952648623712064,26,'bump','main',5,3,'accepted','<y2jmeype22hezbywpe7fgpq7qi45ijnp@northwind.example>','<czpwsz7oor422xhiyjc3fdjq7miwo6mk@northwind.example>','pawel.jablonska@quartzenergia.example','Re: Who follows up at Quartz Energia sp. z o.o.?','Hi Paweł,

just lifting this to the top of your inbox. Is ke',X'','[]',1,20,0,'2026-03-05 08:05:37.871520','2026-03-05 08:09:01.486080','2026-03-05 08:09:39.434400',250,'2.0.0 Ok: queued as 0000002B');
INSERT INTO "message" VALUES(22952648624118702,15,'bump','main',30,3,'accepted','<n7un63dsqpxxfub2dfxjxsb5lytty27a@northwind.example>','<k5nqqbfrobjzighj5xyx7xnwfc7wm53f@northwind.example>','jurgen.weiss@granittextil.example','Re: Fewer forgotten follow-ups at Granit Textil GmbH','Hi Jürgen,

just lifting this to the top of your inbox. Is k',X'','[]',1,20,0,'2026-03-05 08:05:37.871520','2026-03-05 08:09:01.486080','2026-03-05 08:09:19.632960',250,'2.0.0 Ok: queued as 0000002A');
INSERT INTO "message" VALUES(22952648624946485,17,'bump','main',29,3,'accepted','<ivv3nfux7rw574spp4inzgl3xid2r6nm@northwind.example>','<zdcuho3xse6z52yzhcy6fmdqwpnasdxz@northwind.example>','malgorzata.krol@pharosfoods.example','Re: Who follows up at Pharos Foods sp. z o.o.?','Hi Małgorzata,

just lifting this to the top of your inbox. ',X'','[]',1,20,0,'2026-03-05 08:05:37.871520','2026-03-05 08:09:01.486080','2026-03-05 08:09:54.067680',250,'2.0.0 Ok: queued as 0000002C');
INSERT INTO "message" VALUES(22953684080405264,8,'bump','main',36,1,'accepted','<7twc5y3m2n2u6hcjmszseupzwhewot35@northwind.example>','<rcnrlkg7g5qfgcctfkr2eqnezx6lhx6g@northwind.example>','bjorn.muller@amberrobotics.example','Re: Who follows up at Amber Robotics GmbH?','Hi Björn,

just lifting this to the top of your inbox. Is ke',X'','[]',1,22,0,'2026-03-05 08:09:44.743680','2026-03-05 08:11:52.781280','2026-03-05 08:12:40.825440',250,'2.0.0 Ok: queued as 0000002E');
INSERT INTO "message" VALUES(22953684080501979,27,'bump','main',32,1,'accepted','<tkaonncrxwcuaq6kpek7alwo7qevkcvw@northwind.example>','<fn7i2ftlfafpmerjuaj7d4x2tz4k3tji@northwind.example>','pawel.jablonska@umbratextil.example','Re: Fewer forgotten follow-ups at Umbra Textil sp. z o.o.','Hi Paweł,

just lifting this to the top of your inbox. Is ke',X'','[]',1,22,0,'2026-03-05 08:09:44.743680','2026-03-05 08:11:52.781280','2026-03-05 08:12:24.396480',250,'2.0.0 Ok: queued as 0000002D');
INSERT INTO "message" VALUES(22954441519344273,36,'bump','main',6,2,'accepted','<j2uy3ryuby6xlrxepdpcw32xvjy3elp3@northwind.example>','<dhyq6gjybeemhxupukcjb62sor6lmn5j@northwind.example>','zoe.dupre@wickerenergia.example','Re: Who follows up at Wicker Energia SAS?','Hi Zoé,

just lifting this to the top of your inbox. Is keep',X'','[]',1,20,0,'2026-03-05 08:12:45.331200','2026-03-05 08:13:16.929120','2026-03-05 08:13:29.389440',250,'2.0.0 Ok: queued as 0000002F');
INSERT INTO "message" VALUES(22954441520670581,6,'bump','main',24,2,'accepted','<epsnmneto7cpbwea66e3dowpvdcw5dbu@northwind.example>','<q5oh5e4pofyzacbtfl6s7alhmyy7ymov@northwind.example>','benoit.dupre@wickerenergia.example','Re: Who follows up at Wicker Energia SAS?','Hi Benoît,

just lifting this to the top of your inbox. Is k',X'','[]',1,20,0,'2026-03-05 08:12:45.331200','2026-03-05 08:13:16.929120','2026-03-05 08:13:33.412800',250,'2.0.0 Ok: queued as 00000030');
INSERT INTO "message" VALUES(22955555616409159,28,'bump','main',27,3,'accepted','<dhg5twilglmo37cocg6q2msspqs7k4qw@northwind.example>','<fw6bokqulzu4lthzf4ksoau5vmu63hfr@northwind.example>','pawel.krol@quartzenergia.example','Re: Fewer forgotten follow-ups at Quartz Energia sp. z o.o.','Hi Paweł,

just lifting this to the top of your inbox. Is ke',X'','[]',1,21,0,'2026-03-05 08:17:10.952160','2026-03-05 08:18:24.321600','2026-03-05 08:18:30.572640',250,'2.0.0 Ok: queued as 00000031');
INSERT INTO "message" VALUES(22963554348502476,4,'bump','main',7,3,'accepted','<ez62bhs65bapebiga2e5zbt2jjpv3bqy@northwind.example>','<ker4kfuoxmvmot5yyna73qxix7zrzwqf@northwind.example>','alasdair.whitcombe@lumensystems.example','Re: Fewer forgotten follow-ups at Lumen Systems Ltd','Hi Alasdair,

just lifting this to the top of your inbox. Is',X'','[]',1,22,0,'2026-03-05 08:48:57.998880','2026-03-05 08:49:17.515200','2026-03-05 08:49:25.098240',250,'2.0.0 Ok: queued as 00000032');
INSERT INTO "message" VALUES(22964147850653667,11,'bump','main',35,1,'accepted','<m3nknrxuope2neza4fimrpuwx2edhfrh@northwind.example>','<yvgf4zilwsabd2rhgtyz2dy22brn3x73@northwind.example>','harry.whitcombe@embertextil.example','Re: Fewer forgotten follow-ups at Ember Textil Ltd','Hi Harry,

just lifting this to the top of your inbox. Is ke',X'','[]',1,23,0,'2026-03-05 08:51:19.500480','2026-03-05 08:51:53.638560','2026-03-05 08:52:00.323040',250,'2.0.0 Ok: queued as 00000033');
INSERT INTO "message" VALUES(22964644867840414,12,'bump','main',26,2,'accepted','<uc4w4z4p66c6mv5itynqzxgigguxpqhy@northwind.example>','<vz6uaxey632aigyzvpx5yszhfwohfo6v@northwind.example>','imogen.ashworth@rivagefoods.example','Re: Fewer forgotten follow-ups at Rivage Foods Ltd','Hi Imogen,

just lifting this to the top of your inbox. Is k',X'','[]',1,21,0,'2026-03-05 08:53:17.998080','2026-03-05 08:53:40.714080','2026-03-05 08:53:46.050720',250,'2.0.0 Ok: queued as 00000034');
INSERT INTO "message" VALUES(22967610051344796,3,'bump','main',12,3,'accepted','<6aefyx2vs3nparnkdutnwwshirrv4ai6@northwind.example>','<innuph6kqprndtoxrvvx7zwrrltkqs2j@northwind.example>','alasdair.hughes@lumensystems.example','Re: Who follows up at Lumen Systems Ltd?','Hi Alasdair,

just lifting this to the top of your inbox. Is',X'','[]',1,23,0,'2026-03-05 09:05:04.953120','2026-03-05 09:06:17.092800','2026-03-05 09:06:27.724320',250,'2.0.0 Ok: queued as 00000036');
INSERT INTO "message" VALUES(22967610052099100,10,'bump','main',22,3,'accepted','<zmv5mmluqierqoyvbbupgjtqwdnosdve@northwind.example>','<53hzof3ww426xg6rkimfofaxp2hxotlh@northwind.example>','harry.ashworth@lumensystems.example','Re: Fewer forgotten follow-ups at Lumen Systems Ltd','Hi Harry,

just lifting this to the top of your inbox. Is ke',X'','[]',1,23,0,'2026-03-05 09:05:04.953120','2026-03-05 09:06:17.092800','2026-03-05 09:06:24.132960',250,'2.0.0 Ok: queued as 00000035');
INSERT INTO "message" VALUES(22968907651758910,2,'bump','main',33,3,'accepted','<37on5zmv4luhu5hiuqq3hhxtkre2agsh@northwind.example>','<go7b5jj54d44k3mdpeth4qtcd62oztwh@northwind.example>','alasdair.hughes32@lumensystems.example','Re: Fewer forgotten follow-ups at Lumen Systems Ltd','Hi Alasdair,

just lifting this to the top of your inbox. Is',X'','[]',1,24,0,'2026-03-05 09:10:14.325600','2026-03-05 09:10:38.897760','2026-03-05 09:11:31.647840',250,'2.0.0 Ok: queued as 00000038');
INSERT INTO "message" VALUES(22969015682995114,24,'bump','main',4,1,'accepted','<vakc7fxizfuszs2xnez4eyc2br7jqkhv@northwind.example>','<oxu3a2sxj5rx4v6vu7nirxbwezozqeyc@northwind.example>','oliver.obrien@embertextil.example','Re: Fewer forgotten follow-ups at Ember Textil Ltd','Hi Oliver,

just lifting this to the top of your inbox. Is k',X'','[]',1,24,0,'2026-03-05 09:10:40.082880','2026-03-05 09:10:50.397600','2026-03-05 09:10:55.378560',250,'2.0.0 Ok: queued as 00000037');
INSERT INTO "message" VALUES(22971265542757691,25,'bump','main',18,1,'accepted','<d6ybuu4apb6bv3owrzxtjwpxd5fd6wof@northwind.example>','<7xaxlut675eq6bjvbfwvmglqgn3cyuf6@northwind.example>','oliver.whitcombe@embertextil.example','Re: Fewer forgotten follow-ups at Ember Textil Ltd','Hi Oliver,

just lifting this to the top of your inbox. Is k',X'','[]',1,25,0,'2026-03-05 09:19:36.490080','2026-03-05 09:20:25.997280','2026-03-05 09:20:47.856480',250,'2.0.0 Ok: queued as 00000039');
INSERT INTO "message" VALUES(23043365441998181,22,'bump','main',17,1,'accepted','<hfvrichgqsokljqx67lltdh22qxjf2uy@northwind.example>','<fjcevnempzyzk2ngv2xfg6xdms3szkx7@northwind.example>','marcus.fitzgerald@harboursystems.example','Re: Who follows up at Harbour Systems Inc.?','Hi Marcus,

just lifting this to the top of your inbox. Is k',X'','[]',1,26,0,'2026-03-05 14:06:06.446880','2026-03-05 14:06:50.554080','2026-03-05 14:06:59.817600',250,'2.0.0 Ok: queued as 0000003A');
INSERT INTO "message" VALUES(23043365443230130,13,'bump','main',31,1,'accepted','<wgglvbytbqz7iwy2s73wetrwghixhg5q@northwind.example>','<tq5b24r7w53b2cmusypywpkx6vego3w2@northwind.example>','jose.johnson@harboursystems.example','Re: Fewer forgotten follow-ups at Harbour Systems Inc.','Hi José,

just lifting this to the top of your inbox. Is kee',X'','[]',1,26,0,'2026-03-05 14:06:06.446880','2026-03-05 14:06:50.554080','2026-03-05 14:07:06.591360',250,'2.0.0 Ok: queued as 0000003B');
INSERT INTO "message" VALUES(23063141246580007,21,'bump','main',13,1,'accepted','<g6lrl3ieunhzywanci4ufzhfzfrxvxyh@northwind.example>','<macs6viyl6cwfzc4rwbxfpvrca4v7akw@northwind.example>','marcus.delgado@harboursystems.example','Re: Fewer forgotten follow-ups at Harbour Systems Inc.','Hi Marcus,

just lifting this to the top of your inbox. Is k',X'','[]',1,27,0,'2026-03-05 15:24:41.365440','2026-03-05 15:24:58.466880','2026-03-05 15:25:08.551200',250,'2.0.0 Ok: queued as 0000003C');
INSERT INTO "message" VALUES(24464708229093544,7,'numbers','main',34,1,'accepted','<j5ll7qdlu7q634xflazq7ckwuuuszg33@northwind.example>','<hnmvjjvo3dz5v4mbr4n2aevfk35dz75a@northwind.example>','bjorn.kruger@meridianstudio.example','Re: Fewer forgotten follow-ups at Meridian Studio GmbH','Hi Björn,

happy to work out the figures for your team: how ',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}]',1,43,0,'2026-03-09 12:14:00.974400','2026-03-09 12:15:21.571200','2026-03-09 12:15:48.028320',250,'2.0.0 Ok: queued as 0000003D');
INSERT INTO "message" VALUES(24464814260431859,26,'numbers','main',5,3,'accepted','<ft6lamgof5mbfvjs2jgeqrp4x3uvafd3@northwind.example>','<czpwsz7oor422xhiyjc3fdjq7miwo6mk@northwind.example>','pawel.jablonska@quartzenergia.example','Re: Who follows up at Quartz Energia sp. z o.o.?','Hi Paweł,

happy to work out the figures for your team: how ',X'','[{"target": "https://relance.example/pricing", "label": "pricing"}]',1,41,0,'2026-03-09 12:14:26.253600','2026-03-09 12:15:40.641120','2026-03-09 12:15:53.763840',250,'2.0.0 Ok: queued as 0000003E');
INSERT INTO "message" VALUES(24757343160607197,27,'story','main',32,1,'accepted','<5jk6zdvojnfpy424o4ctwrbptopkikrc@northwind.example>','<5jk6zdvojnfpy424o4ctwrbptopkikrc@northwind.example>','pawel.jablonska@umbratextil.example','How a distributor stopped losing answers','Hi Paweł,

one picture instead of three paragraphs: the dist',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,47,0,'2026-03-10 07:36:50.578560','2026-03-10 07:37:11.076960','2026-03-10 07:37:18.768000',250,'2.0.0 Ok: queued as 0000003F');
INSERT INTO "message" VALUES(24757343160805715,19,'story','main',8,1,'accepted','<w4fe52ebmg37pr26ddbs3ag2ncovtbhe@northwind.example>','<w4fe52ebmg37pr26ddbs3ag2ncovtbhe@northwind.example>','malgorzata.wisniewska@umbratextil.example','How a distributor stopped losing answers','Hi Małgorzata,

one picture instead of three paragraphs: the',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,47,0,'2026-03-10 07:36:50.578560','2026-03-10 07:37:11.076960','2026-03-10 07:37:22.326240',250,'2.0.0 Ok: queued as 00000040');
INSERT INTO "message" VALUES(24798637020456923,30,'story','main',14,3,'accepted','<uxuu654w2wdxd74djkyxu6vb6gbkclxr@northwind.example>','<uxuu654w2wdxd74djkyxu6vb6gbkclxr@northwind.example>','piotr.dabrowski@quartzenergia.example','How a distributor stopped losing answers','Hi Piotr,

one picture instead of three paragraphs: the dist',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,45,0,'2026-03-10 10:20:55.802400','2026-03-10 10:21:59.712480','2026-03-10 10:22:38.517600',250,'2.0.0 Ok: queued as 00000042');
INSERT INTO "message" VALUES(24798637022442846,17,'story','main',29,3,'accepted','<zvlknnq2fvwa7jj2tmkfv5rlewibkwhq@northwind.example>','<zvlknnq2fvwa7jj2tmkfv5rlewibkwhq@northwind.example>','malgorzata.krol@pharosfoods.example','How a distributor stopped losing answers','Hi Małgorzata,

one picture instead of three paragraphs: the',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,45,0,'2026-03-10 10:20:55.802400','2026-03-10 10:21:59.712480','2026-03-10 10:22:19.053120',250,'2.0.0 Ok: queued as 00000041');
INSERT INTO "message" VALUES(24798637022511755,31,'story','main',9,3,'accepted','<niihwn4rca6lutn3x2ckdxcg2rj3bsuv@northwind.example>','<niihwn4rca6lutn3x2ckdxcg2rj3bsuv@northwind.example>','piotr.wisniewska@quartzenergia.example','How a distributor stopped losing answers','Hi Piotr,

one picture instead of three paragraphs: the dist',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,45,0,'2026-03-10 10:20:55.802400','2026-03-10 10:21:59.712480','2026-03-10 10:23:37.726080',250,'2.0.0 Ok: queued as 00000047');
INSERT INTO "message" VALUES(24798637023346276,15,'story','main',30,3,'accepted','<ag2tejk6r24xam6asa2rm7fqabv4v55e@northwind.example>','<ag2tejk6r24xam6asa2rm7fqabv4v55e@northwind.example>','jurgen.weiss@granittextil.example','How a distributor stopped losing answers','Hi Jürgen,

one picture instead of three paragraphs: the dis',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,45,0,'2026-03-10 10:20:55.802400','2026-03-10 10:21:59.712480','2026-03-10 10:23:03.068160',250,'2.0.0 Ok: queued as 00000044');
INSERT INTO "message" VALUES(24798637023663700,35,'story','main',10,3,'accepted','<owtu4xybia4viucgdb4en3byptx4rcim@northwind.example>','<owtu4xybia4viucgdb4en3byptx4rcim@northwind.example>','sabine.schroder@granittextil.example','How a distributor stopped losing answers','Hi Sabine,

one picture instead of three paragraphs: the dis',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,45,0,'2026-03-10 10:20:55.802400','2026-03-10 10:21:59.712480','2026-03-10 10:23:30.181920',250,'2.0.0 Ok: queued as 00000046');
INSERT INTO "message" VALUES(24798637024220842,2,'story','main',33,3,'accepted','<md43lgcfpvcwzb7br75ydsgdjizal7p4@northwind.example>','<md43lgcfpvcwzb7br75ydsgdjizal7p4@northwind.example>','alasdair.hughes32@lumensystems.example','How a distributor stopped losing answers','Hi Alasdair,

one picture instead of three paragraphs: the d',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,45,0,'2026-03-10 10:20:55.802400','2026-03-10 10:21:59.712480','2026-03-10 10:23:49.560000',250,'2.0.0 Ok: queued as 00000049');
INSERT INTO "message" VALUES(24798637024313100,28,'story','main',27,3,'accepted','<cmqsdn7nbv73oazrwdzfpkgmvfisar6z@northwind.example>','<cmqsdn7nbv73oazrwdzfpkgmvfisar6z@northwind.example>','pawel.krol@quartzenergia.example','How a distributor stopped losing answers','Hi Paweł,

one picture instead of three paragraphs: the dist',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,45,0,'2026-03-10 10:20:55.802400','2026-03-10 10:21:59.712480','2026-03-10 10:23:44.926080',250,'2.0.0 Ok: queued as 00000048');
INSERT INTO "message" VALUES(24798637024320601,4,'story','main',7,3,'accepted','<7xptorrtl6l2nw4dealmgzhlnym3qkv5@northwind.example>','<7xptorrtl6l2nw4dealmgzhlnym3qkv5@northwind.example>','alasdair.whitcombe@lumensystems.example','How a distributor stopped losing answers','Hi Alasdair,

one picture instead of three paragraphs: the d',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,45,0,'2026-03-10 10:20:55.802400','2026-03-10 10:21:59.712480','2026-03-10 10:23:54.385440',250,'2.0.0 Ok: queued as 0000004A');
INSERT INTO "message" VALUES(24798722924966759,6,'story','main',24,2,'accepted','<n6lzozz3uu6urk3gktvevtaj6gvweiko@northwind.example>','<n6lzozz3uu6urk3gktvevtaj6gvweiko@northwind.example>','benoit.dupre@wickerenergia.example','How a distributor stopped losing answers','Hi Benoît,

one picture instead of three paragraphs: the dis',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,41,0,'2026-03-10 10:21:16.283520','2026-03-10 10:21:57.028320','2026-03-10 10:23:05.192160',250,'2.0.0 Ok: queued as 00000045');
INSERT INTO "message" VALUES(24798722924966760,6,'goodbye','main',24,2,'unknown','<doubt@northwind.example>','<n6lzozz3uu6urk3gktvevtaj6gvweiko@northwind.example>','benoit.dupre@wickerenergia.example','How a distributor stopped losing answers','Hi Benoît,

one picture instead of three paragraphs: the dis',X'46726F6D3A204D6172656B20576F6C6E79203C6D6172656B406E6F72746877696E642E6578616D706C653E0D0A546F3A203D3F7574662D383F713F42656E6F3D43333D4145745F447570723D43333D41393F3D203C62656E6F69742E6475707265407769636B6572656E65726769612E6578616D706C653E0D0A5375626A6563743A20486F772061206469737472696275746F722073746F70706564206C6F73696E6720616E73776572730D0A446174653A205475652C203130204D617220323032362031303A32313A3136202B303030300D0A4D6573736167652D49443A203C6E366C7A6F7A7A3375753675726B33676B7476657674616A3667767765696B6F406E6F72746877696E642E6578616D706C653E0D0A4C6973742D556E7375627363726962653A203C687474703A2F2F3132372E302E302E313A34343830332F752F41576E374264676B5F4A434475427A686777586B566B6D4C587175444E666A4631623558596C5361674A4D4D737272334149377958727147784C363432565232676F625A4D38305A305A70416C6451523E2C0D0A203C6D61696C746F3A6D6172656B406E6F72746877696E642E6578616D706C653F7375626A6563743D756E7375627363726962653E0D0A4C6973742D556E7375627363726962652D506F73743A204C6973742D556E7375627363726962653D4F6E652D436C69636B0D0A4D494D452D56657273696F6E3A20312E300D0A436F6E74656E742D547970653A206D756C7469706172742F616C7465726E61746976653B0D0A20626F756E646172793D223D5F616563376233393534323939373665376334336336613334666362333433220D0A0D0A2D2D3D5F6165633762333935343239393736653763343363366133346663623334330D0A436F6E74656E742D547970653A20746578742F706C61696E3B20636861727365743D7574662D380D0A436F6E74656E742D5472616E736665722D456E636F64696E673A2071756F7465642D7072696E7461626C650D0A0D0A48692042656E6F3D43333D4145742C0D0A0D0A6F6E65207069637475726520696E7374656164206F6620746872656520706172616772617068733A20746865206469737472696275746F7227732073746F7279203C68747470733A2F2F723D0D0A656C616E63652E6578616D706C652F73746F726965732F6469737472696275746F723E2E205468652074696D652066726F6D206120637573746F6D6572277320616E7377657220746F20613D0D0A2074616C6B2077656E742066726F6D2074776F206461797320746F20746872656520686F7572732E0D0A0D0A4E6F7420666F7220796F753F204F6E6520636C69636B20616E6420492077696C6C206E6F7420777269746520616761696E3A20687474703A2F2F3132372E302E302E313A34343830332F753D0D0A2F41576E374264676B5F4A434475427A686777586B566B6D4C587175444E666A4631623558596C5361674A4D4D737272334149377958727147784C363432565232676F625A4D38305A305A3D0D0A70416C6451520D0A0D0A2D2D3D5F6165633762333935343239393736653763343363366133346663623334330D0A436F6E74656E742D547970653A20746578742F68746D6C3B20636861727365743D7574662D380D0A436F6E74656E742D5472616E736665722D456E636F64696E673A2071756F7465642D7072696E7461626C650D0A0D0A3C21444F43545950452068746D6C3E0D0A3C68746D6C3E0D0A3C686561643E3C6D65746120636861727365743D3344227574662D38223E3C2F686561643E0D0A3C626F64793E0D0A3C646976206469723D3344226175746F223E0D0A3C6469763E48692042656E6F3D43333D4145742C3C2F6469763E0D0A3C6469763E3C62723E3C2F6469763E0D0A3C6469763E6F6E65207069637475726520696E7374656164206F6620746872656520706172616772617068733A203C6120687265663D334422687474703A2F2F3132372E302E302E313A343D0D0A343830332F632F415977786C312D4376514559414C35477A5339666A6E4B30645A7A685639504F456B72666A6E6A58417A50645A4B4E456743466A7A7172614456634E514A326577616B783D0D0A5A643732305A666C2D546F5771666964584A6665392D356B223E746865206469737472696275746F7227732073746F72793C2F613E2E205468652074696D652066726F6D206120637573743D0D0A6F6D6572277320616E7377657220746F20612074616C6B2077656E742066726F6D2074776F206461797320746F20746872656520686F7572732E3C2F6469763E0D0A3C2F6469763E0D0A3C70207374796C653D334422666F6E742D73697A653A313270783B636F6C6F723A23373737223E3C6120687265663D334422687474703A2F2F3132372E302E302E313A34343830332F752F3D0D0A41576E374264676B5F4A434475427A686777586B566B6D4C587175444E666A4631623558596C5361674A4D4D737272334149377958727147784C363432565232676F625A4D38305A305A703D0D0A416C64515222207374796C653D334422636F6C6F723A23373737223E4E6F7420666F7220796F753F204F6E6520636C69636B20616E6420492077696C6C206E6F74207772697465206167613D0D0A696E3C2F613E3C2F703E3C696D67207372633D334422687474703A2F2F3132372E302E302E313A34343830332F6F2F416352767A654E736274544B476F504B446A6A5F5077584A523970483D0D0A68326E464E6E4D2E676966222077696474683D3344223122206865696768743D334422312220616C743D334422223E3C2F626F64793E0D0A3C2F68746D6C3E0D0A0D0A2D2D3D5F6165633762333935343239393736653763343363366133346663623334332D2D0D0A','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,41,0,'2026-03-10 10:21:16.283520','2026-03-10 10:21:57.028320','2026-03-10 10:23:05.192160',250,'2.0.0 Ok: queued as 00000045');
INSERT INTO "message" VALUES(24798722925231314,33,'story','main',19,2,'accepted','<7ozuflneygtokcgasu5twdybmuwyu3wu@northwind.example>','<7ozuflneygtokcgasu5twdybmuwyu3wu@northwind.example>','remi.noel@sokolwerke.example','How a distributor stopped losing answers','Hi Rémi,

one picture instead of three paragraphs: the distr',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,41,0,'2026-03-10 10:21:16.283520','2026-03-10 10:21:57.028320','2026-03-10 10:22:46.629120',250,'2.0.0 Ok: queued as 00000043');
INSERT INTO "message" VALUES(24799033878036635,24,'story','main',4,1,'accepted','<pujnz3ahqqzyfj4n55koq3ed5zddkixx@northwind.example>','<pujnz3ahqqzyfj4n55koq3ed5zddkixx@northwind.example>','oliver.obrien@embertextil.example','How a distributor stopped losing answers','Hi Oliver,

one picture instead of three paragraphs: the dis',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,48,0,'2026-03-10 10:22:30.420480','2026-03-10 10:24:07.911360','2026-03-10 10:25:57.372960',250,'2.0.0 Ok: queued as 0000004D');
INSERT INTO "message" VALUES(24799033878273355,11,'story','main',35,1,'accepted','<opvmofqevsov2qyjq6q6orix3dv6gqhe@northwind.example>','<opvmofqevsov2qyjq6q6orix3dv6gqhe@northwind.example>','harry.whitcombe@embertextil.example','How a distributor stopped losing answers','Hi Harry,

one picture instead of three paragraphs: the dist',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,48,0,'2026-03-10 10:22:30.420480','2026-03-10 10:24:07.911360','2026-03-10 10:25:42.533760',250,'2.0.0 Ok: queued as 0000004C');
INSERT INTO "message" VALUES(24799033879496078,25,'story','main',18,1,'accepted','<smtwrgd6kfau3hf3mpxr6w3xyiletuxq@northwind.example>','<smtwrgd6kfau3hf3mpxr6w3xyiletuxq@northwind.example>','oliver.whitcombe@embertextil.example','How a distributor stopped losing answers','Hi Oliver,

one picture instead of three paragraphs: the dis',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,48,0,'2026-03-10 10:22:30.420480','2026-03-10 10:24:07.911360','2026-03-10 10:26:03.626880',250,'2.0.0 Ok: queued as 0000004E');
INSERT INTO "message" VALUES(24799033879875780,8,'story','main',36,1,'accepted','<inairxiypx35pcypfqitvuutzcxmkclw@northwind.example>','<inairxiypx35pcypfqitvuutzcxmkclw@northwind.example>','bjorn.muller@amberrobotics.example','How a distributor stopped losing answers','Hi Björn,

one picture instead of three paragraphs: the dist',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,48,0,'2026-03-10 10:22:30.420480','2026-03-10 10:24:07.911360','2026-03-10 10:24:54.292320',250,'2.0.0 Ok: queued as 0000004B');
INSERT INTO "message" VALUES(24801563491598693,10,'story','main',22,3,'accepted','<dat3fmlnzpsabqix7gfmiq4wok4kvcll@northwind.example>','<dat3fmlnzpsabqix7gfmiq4wok4kvcll@northwind.example>','harry.ashworth@lumensystems.example','How a distributor stopped losing answers','Hi Harry,

one picture instead of three paragraphs: the dist',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,46,0,'2026-03-10 10:32:33.527040','2026-03-10 10:32:59.403840','2026-03-10 10:33:07.886880',250,'2.0.0 Ok: queued as 00000050');
INSERT INTO "message" VALUES(24801563494414049,3,'story','main',12,3,'accepted','<lqtb5ygm7t4wpuyfpoqq6ee5mcf34pk5@northwind.example>','<lqtb5ygm7t4wpuyfpoqq6ee5mcf34pk5@northwind.example>','alasdair.hughes@lumensystems.example','How a distributor stopped losing answers','Hi Alasdair,

one picture instead of three paragraphs: the d',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,46,0,'2026-03-10 10:32:33.527040','2026-03-10 10:32:59.403840','2026-03-10 10:33:05.004000',250,'2.0.0 Ok: queued as 0000004F');
INSERT INTO "message" VALUES(24838067584937610,13,'story','main',31,1,'accepted','<xyflf2qezdisbcxyfzdgslkecq2mux6x@northwind.example>','<xyflf2qezdisbcxyfzdgslkecq2mux6x@northwind.example>','jose.johnson@harboursystems.example','How a distributor stopped losing answers','Hi José,

one picture instead of three paragraphs: the distr',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,49,0,'2026-03-10 12:57:36.781920','2026-03-10 12:58:02.007840','2026-03-10 12:58:12.774720',250,'2.0.0 Ok: queued as 00000051');
INSERT INTO "message" VALUES(24839779549908493,22,'story','main',17,1,'accepted','<jf7fk7lo7eijlim4aqwk4duovd7afgzh@northwind.example>','<jf7fk7lo7eijlim4aqwk4duovd7afgzh@northwind.example>','marcus.fitzgerald@harboursystems.example','How a distributor stopped losing answers','Hi Marcus,

one picture instead of three paragraphs: the dis',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,50,0,'2026-03-10 13:04:24.945600','2026-03-10 13:05:02.418720','2026-03-10 13:05:23.722080',250,'2.0.0 Ok: queued as 00000052');
INSERT INTO "message" VALUES(24839779550548712,21,'story','main',13,1,'accepted','<5fy5sl2yhcyfkqraqgo4wybw6zxhil75@northwind.example>','<5fy5sl2yhcyfkqraqgo4wybw6zxhil75@northwind.example>','marcus.delgado@harboursystems.example','How a distributor stopped losing answers','Hi Marcus,

one picture instead of three paragraphs: the dis',X'','[{"target": "https://relance.example/stories/distributor", "label": "story"}]',1,50,0,'2026-03-10 13:04:24.945600','2026-03-10 13:05:02.418720','2026-03-10 13:05:38.549760',250,'2.0.0 Ok: queued as 00000053');
CREATE TABLE message_key (
	"key" TEXT NOT NULL, 
	message_id INTEGER NOT NULL, 
	CONSTRAINT pk_message_key PRIMARY KEY ("key"), 
	CONSTRAINT fk_message_key_message_id FOREIGN KEY(message_id) REFERENCES message (id)
);
INSERT INTO "message_key" VALUES('<doubt@northwind.example>',24798722924966760);
INSERT INTO "message_key" VALUES('<czpwsz7oor422xhiyjc3fdjq7miwo6mk@northwind.example>',21873652243345070);
INSERT INTO "message_key" VALUES('<4nn7chptxqlurfywl526iwah7rx7mdad@northwind.example>',21873652243914418);
INSERT INTO "message_key" VALUES('<fw6bokqulzu4lthzf4ksoau5vmu63hfr@northwind.example>',21873652241891913);
INSERT INTO "message_key" VALUES('<xgtprlgzqwx7ksrtxhv3i2vqqrft34c4@northwind.example>',21873652243433759);
INSERT INTO "message_key" VALUES('<2gmu5cvvwrylwmpizesgjqwvpglqrusi@northwind.example>',21873652244934477);
INSERT INTO "message_key" VALUES('<k5nqqbfrobjzighj5xyx7xnwfc7wm53f@northwind.example>',21873652241572344);
INSERT INTO "message_key" VALUES('<z6i73hxp767qfweoax7xtupsafeivzmg@northwind.example>',21873652242199084);
INSERT INTO "message_key" VALUES('<zdcuho3xse6z52yzhcy6fmdqwpnasdxz@northwind.example>',21873652242476047);
INSERT INTO "message_key" VALUES('<rcnrlkg7g5qfgcctfkr2eqnezx6lhx6g@northwind.example>',21873871894297022);
INSERT INTO "message_key" VALUES('<uifvbvmu7qwij55gjb4qu23rbdtsbjhi@northwind.example>',21873871893976759);
INSERT INTO "message_key" VALUES('<robrzwfrysvgietdvenir2x2jxrxm6h5@northwind.example>',21873871893632911);
INSERT INTO "message_key" VALUES('<re5zvwbxsei4czb4y5o6vqmbzlq7tznq@northwind.example>',21873871894749154);
INSERT INTO "message_key" VALUES('<kqddso5oq27g7g75sjs7b6i7vmwwonla@northwind.example>',21873871892670623);
INSERT INTO "message_key" VALUES('<mtnodsmap2muruzssidffwb3lbf5vgs7@northwind.example>',21873871893990036);
INSERT INTO "message_key" VALUES('<hnmvjjvo3dz5v4mbr4n2aevfk35dz75a@northwind.example>',21873871892529125);
INSERT INTO "message_key" VALUES('<fn7i2ftlfafpmerjuaj7d4x2tz4k3tji@northwind.example>',21873871895831406);
INSERT INTO "message_key" VALUES('<dhyq6gjybeemhxupukcjb62sor6lmn5j@northwind.example>',21874060548548061);
INSERT INTO "message_key" VALUES('<gzu2y4l4277p32bhktk263bm3rw4vbno@northwind.example>',21874060550169617);
INSERT INTO "message_key" VALUES('<b6zfud2wlwb4uvvzaywf3655myybwfvg@northwind.example>',21874060548307079);
INSERT INTO "message_key" VALUES('<2fqq73upb3zfzja4kkuqxpwpe7rzq2f3@northwind.example>',21874060549023563);
INSERT INTO "message_key" VALUES('<ogrmujdf4pbxg4vpq73es7gl3zfyfag5@northwind.example>',21874060551257407);
INSERT INTO "message_key" VALUES('<2hu5ulr5ybk4gmu6zdfiwvpjnurt7sc6@northwind.example>',21874060548320749);
INSERT INTO "message_key" VALUES('<f6smy6a6l4bhdxvudjab74zpag67edkn@northwind.example>',21874060551329198);
INSERT INTO "message_key" VALUES('<q5oh5e4pofyzacbtfl6s7alhmyy7ymov@northwind.example>',21874060551098294);
INSERT INTO "message_key" VALUES('<go7b5jj54d44k3mdpeth4qtcd62oztwh@northwind.example>',21880168169761586);
INSERT INTO "message_key" VALUES('<ker4kfuoxmvmot5yyna73qxix7zrzwqf@northwind.example>',21880168168603671);
INSERT INTO "message_key" VALUES('<jobl46kux7uk6k72eiyymp5o7qfhvxoy@northwind.example>',21878912583540487);
INSERT INTO "message_key" VALUES('<oxu3a2sxj5rx4v6vu7nirxbwezozqeyc@northwind.example>',21878912584339728);
INSERT INTO "message_key" VALUES('<7xaxlut675eq6bjvbfwvmglqgn3cyuf6@northwind.example>',21878912582238436);
INSERT INTO "message_key" VALUES('<vz6uaxey632aigyzvpx5yszhfwohfo6v@northwind.example>',21885255910925364);
INSERT INTO "message_key" VALUES('<53hzof3ww426xg6rkimfofaxp2hxotlh@northwind.example>',21886045033755315);
INSERT INTO "message_key" VALUES('<innuph6kqprndtoxrvvx7zwrrltkqs2j@northwind.example>',21886045037495248);
INSERT INTO "message_key" VALUES('<yvgf4zilwsabd2rhgtyz2dy22brn3x73@northwind.example>',21884947987128793);
INSERT INTO "message_key" VALUES('<tq5b24r7w53b2cmusypywpkx6vego3w2@northwind.example>',21952700347668902);
INSERT INTO "message_key" VALUES('<fjcevnempzyzk2ngv2xfg6xdms3szkx7@northwind.example>',21956548271477292);
INSERT INTO "message_key" VALUES('<macs6viyl6cwfzc4rwbxfpvrca4v7akw@northwind.example>',21956548271408283);
INSERT INTO "message_key" VALUES('<bnu5ujwutzpqsox5eq2m365voyl6fq43@northwind.example>',22949661301093872);
INSERT INTO "message_key" VALUES('<g7lraipl7rmke3eksi57cj43gspqwd4u@northwind.example>',22949661303016303);
INSERT INTO "message_key" VALUES('<vs3trtos64fhr4fpezzy5q2cv4g242u5@northwind.example>',22950210126625840);
INSERT INTO "message_key" VALUES('<knatbxw3p742uaszber25oixoos4pw3r@northwind.example>',22950210128210454);
INSERT INTO "message_key" VALUES('<vgubfunrhnmekojxsw4qf6fqbaonnguz@northwind.example>',22950210126003548);
INSERT INTO "message_key" VALUES('<b5lquz6aha2f4q5pddxkpux635o3drkj@northwind.example>',22950752734676286);
INSERT INTO "message_key" VALUES('<n7un63dsqpxxfub2dfxjxsb5lytty27a@northwind.example>',22952648624118702);
INSERT INTO "message_key" VALUES('<y2jmeype22hezbywpe7fgpq7qi45ijnp@northwind.example>',22952648623712064);
INSERT INTO "message_key" VALUES('<ivv3nfux7rw574spp4inzgl3xid2r6nm@northwind.example>',22952648624946485);
INSERT INTO "message_key" VALUES('<tkaonncrxwcuaq6kpek7alwo7qevkcvw@northwind.example>',22953684080501979);
INSERT INTO "message_key" VALUES('<7twc5y3m2n2u6hcjmszseupzwhewot35@northwind.example>',22953684080405264);
INSERT INTO "message_key" VALUES('<j2uy3ryuby6xlrxepdpcw32xvjy3elp3@northwind.example>',22954441519344273);
INSERT INTO "message_key" VALUES('<epsnmneto7cpbwea66e3dowpvdcw5dbu@northwind.example>',22954441520670581);
INSERT INTO "message_key" VALUES('<dhg5twilglmo37cocg6q2msspqs7k4qw@northwind.example>',22955555616409159);
INSERT INTO "message_key" VALUES('<ez62bhs65bapebiga2e5zbt2jjpv3bqy@northwind.example>',22963554348502476);
INSERT INTO "message_key" VALUES('<m3nknrxuope2neza4fimrpuwx2edhfrh@northwind.example>',22964147850653667);
INSERT INTO "message_key" VALUES('<uc4w4z4p66c6mv5itynqzxgigguxpqhy@northwind.example>',22964644867840414);
INSERT INTO "message_key" VALUES('<zmv5mmluqierqoyvbbupgjtqwdnosdve@northwind.example>',22967610052099100);
INSERT INTO "message_key" VALUES('<6aefyx2vs3nparnkdutnwwshirrv4ai6@northwind.example>',22967610051344796);
INSERT INTO "message_key" VALUES('<37on5zmv4luhu5hiuqq3hhxtkre2agsh@northwind.example>',22968907651758910);
INSERT INTO "message_key" VALUES('<vakc7fxizfuszs2xnez4eyc2br7jqkhv@northwind.example>',22969015682995114);
INSERT INTO "message_key" VALUES('<d6ybuu4apb6bv3owrzxtjwpxd5fd6wof@northwind.example>',22971265542757691);
INSERT INTO "message_key" VALUES('<hfvrichgqsokljqx67lltdh22qxjf2uy@northwind.example>',23043365441998181);
INSERT INTO "message_key" VALUES('<wgglvbytbqz7iwy2s73wetrwghixhg5q@northwind.example>',23043365443230130);
INSERT INTO "message_key" VALUES('<g6lrl3ieunhzywanci4ufzhfzfrxvxyh@northwind.example>',23063141246580007);
INSERT INTO "message_key" VALUES('<j5ll7qdlu7q634xflazq7ckwuuuszg33@northwind.example>',24464708229093544);
INSERT INTO "message_key" VALUES('<ft6lamgof5mbfvjs2jgeqrp4x3uvafd3@northwind.example>',24464814260431859);
INSERT INTO "message_key" VALUES('<5jk6zdvojnfpy424o4ctwrbptopkikrc@northwind.example>',24757343160607197);
INSERT INTO "message_key" VALUES('<w4fe52ebmg37pr26ddbs3ag2ncovtbhe@northwind.example>',24757343160805715);
INSERT INTO "message_key" VALUES('<zvlknnq2fvwa7jj2tmkfv5rlewibkwhq@northwind.example>',24798637022442846);
INSERT INTO "message_key" VALUES('<uxuu654w2wdxd74djkyxu6vb6gbkclxr@northwind.example>',24798637020456923);
INSERT INTO "message_key" VALUES('<ag2tejk6r24xam6asa2rm7fqabv4v55e@northwind.example>',24798637023346276);
INSERT INTO "message_key" VALUES('<owtu4xybia4viucgdb4en3byptx4rcim@northwind.example>',24798637023663700);
INSERT INTO "message_key" VALUES('<niihwn4rca6lutn3x2ckdxcg2rj3bsuv@northwind.example>',24798637022511755);
INSERT INTO "message_key" VALUES('<cmqsdn7nbv73oazrwdzfpkgmvfisar6z@northwind.example>',24798637024313100);
INSERT INTO "message_key" VALUES('<md43lgcfpvcwzb7br75ydsgdjizal7p4@northwind.example>',24798637024220842);
INSERT INTO "message_key" VALUES('<7xptorrtl6l2nw4dealmgzhlnym3qkv5@northwind.example>',24798637024320601);
INSERT INTO "message_key" VALUES('<7ozuflneygtokcgasu5twdybmuwyu3wu@northwind.example>',24798722925231314);
INSERT INTO "message_key" VALUES('<n6lzozz3uu6urk3gktvevtaj6gvweiko@northwind.example>',24798722924966759);
INSERT INTO "message_key" VALUES('<inairxiypx35pcypfqitvuutzcxmkclw@northwind.example>',24799033879875780);
INSERT INTO "message_key" VALUES('<opvmofqevsov2qyjq6q6orix3dv6gqhe@northwind.example>',24799033878273355);
INSERT INTO "message_key" VALUES('<pujnz3ahqqzyfj4n55koq3ed5zddkixx@northwind.example>',24799033878036635);
INSERT INTO "message_key" VALUES('<smtwrgd6kfau3hf3mpxr6w3xyiletuxq@northwind.example>',24799033879496078);
INSERT INTO "message_key" VALUES('<lqtb5ygm7t4wpuyfpoqq6ee5mcf34pk5@northwind.example>',24801563494414049);
INSERT INTO "message_key" VALUES('<dat3fmlnzpsabqix7gfmiq4wok4kvcll@northwind.example>',24801563491598693);
INSERT INTO "message_key" VALUES('<xyflf2qezdisbcxyfzdgslkecq2mux6x@northwind.example>',24838067584937610);
INSERT INTO "message_key" VALUES('<jf7fk7lo7eijlim4aqwk4duovd7afgzh@northwind.example>',24839779549908493);
INSERT INTO "message_key" VALUES('<5fy5sl2yhcyfkqraqgo4wybw6zxhil75@northwind.example>',24839779550548712);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('installation','58e1b98aa10fb93c');
INSERT INTO "meta" VALUES('epoch','1');
CREATE TABLE process (
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	host TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	version TEXT NOT NULL, 
	started_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	stopped_at DATETIME, 
	broker_away BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_process PRIMARY KEY (name)
);
INSERT INTO "process" VALUES('vm-11187-8d715bbf','run','vm',11187,'','2026-11-26 22:23:50.458382','2026-11-26 22:24:30.491429',NULL,0);
CREATE TABLE sequence (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	state TEXT DEFAULT 'active' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_sequence PRIMARY KEY (id), 
	CONSTRAINT ck_sequence_state CHECK (state in ('active', 'paused')), 
	CONSTRAINT uq_sequence_name UNIQUE (name)
);
INSERT INTO "sequence" VALUES(1,'First meeting','active','','2026-03-01 07:40:26.158080');
CREATE TABLE sequence_version (
	id INTEGER NOT NULL, 
	sequence_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	definition JSON NOT NULL, 
	published_at DATETIME NOT NULL, 
	CONSTRAINT pk_sequence_version PRIMARY KEY (id), 
	CONSTRAINT fk_sequence_version_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequence (id), 
	CONSTRAINT uq_sequence_version_sequence_id_number UNIQUE (sequence_id, number)
);
INSERT INTO "sequence_version" VALUES(1,1,1,'25c5592ef93b576ddff89c5a94e089bec59997cdd9f10eeffc58b5c6032d6e27','{"sequence": "First meeting", "goal": "meeting", "language": "en", "send": {"hours": {"mon-thu": "08:30-11:30, 13:00-16:30", "fri": "08:30-12:00"}, "default_zone": "Europe/Warsaw"}, "stop": {"company": "positive reply"}, "unsubscribe": "Not for you? One click and I will not write again: {link}", "values": {"pricing": "https://relance.example/pricing", "story": "https://relance.example/stories/distributor"}, "steps": [{"id": "intro", "subject": "Fewer forgotten follow-ups at {{ company }}", "body": "Hi {{ first_name | default(\"there\") }},\n\nmost sales teams lose a third of their answers to full inboxes and forgotten follow-ups. Relance writes the second and third mail for your people, and falls silent the moment someone answers.\n\nHere is [what it costs]({{ pricing }} \"pricing\"), and here is [how a distributor your size uses it]({{ story }} \"story\").\n\nWould fifteen minutes next week suit you?\n", "variants": [{"id": "question", "subject": "Who follows up at {{ company }}?"}]}, {"id": "bump", "body": "Hi {{ first_name | default(\"there\") }},\n\njust lifting this to the top of your inbox. Is keeping track of answers something {{ company }} looks at this quarter?\n", "thread": "reply", "after": "3 business days"}, {"id": "saw-pricing", "when": "clicked(\"intro\", \"pricing\")", "then": [{"id": "numbers", "body": "Hi {{ first_name | default(\"there\") }},\n\nhappy to work out the figures for your team: how many people write to prospects today? The [price list]({{ pricing }} \"pricing\") starts at three.\n", "thread": "reply"}], "else": [{"id": "story", "subject": "How a distributor stopped losing answers", "body": "Hi {{ first_name | default(\"there\") }},\n\none picture instead of three paragraphs: [the distributor''s story]({{ story }} \"story\"). The time from a customer''s answer to a talk went from two days to three hours.\n", "after": "1 business day"}], "after": "2 business days"}, {"id": "call", "task": "Call {{ first_name | default(email) }} at {{ company }}", "after": "2 business days"}, {"id": "goodbye", "body": "Hi {{ first_name | default(\"there\") }},\n\nI do not want to fill your inbox, so this is my last mail about it. Should it come up again, a one-word answer is enough and I will be there the same day.\n", "thread": "reply", "after": "3 business days"}]}','2026-03-01 07:40:26.158080');
CREATE TABLE suppression (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	value TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_suppression PRIMARY KEY (id), 
	CONSTRAINT ck_suppression_kind CHECK (kind in ('address', 'domain')), 
	CONSTRAINT uq_suppression_kind_value UNIQUE (kind, value)
);
INSERT INTO "suppression" VALUES(1,'address','pawel.wisniewska@pharosfoods.example','bounced: 550 5.1.1 <pawel.wisniewska@pharosfoods.example>: Recipient address rejected: User unknown','2026-03-02 08:57:45.074880');
INSERT INTO "suppression" VALUES(2,'address','remi.noel@deltalogistics.example','the address does not exist: "550 5.1.1 <remi.noel@deltalogistics.example>: Recipient address rejected: User unknown in virtual mailbox table"','2026-03-02 14:44:31.698240');
INSERT INTO "suppression" VALUES(3,'address','aurelie.chevalier@wickerenergia.example','complained about the mail: "Feedback-Type: abuse"','2026-03-03 09:17:48.671520');
INSERT INTO "suppression" VALUES(4,'address','harry.whitcombe@embertextil.example','asked for no more mail by the link in it','2026-03-10 10:51:19.117440');
CREATE TABLE task (
	id INTEGER NOT NULL, 
	enrollment_id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	step TEXT NOT NULL, 
	words TEXT DEFAULT '' NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	due_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	CONSTRAINT pk_task PRIMARY KEY (id), 
	CONSTRAINT fk_task_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_task_enrollment_id FOREIGN KEY(enrollment_id) REFERENCES enrollment (id), 
	CONSTRAINT uq_task_enrollment_id_step UNIQUE (enrollment_id, step)
);
INSERT INTO "task" VALUES(1,26,5,'call','Call Paweł at Quartz Energia sp. z o.o.','open','2026-03-11 08:10:05.000000',NULL);
INSERT INTO "task" VALUES(2,7,34,'call','Call Björn at Meridian Studio GmbH','open','2026-03-11 08:14:51.000000',NULL);
INSERT INTO "task" VALUES(3,31,9,'call','Call Piotr at Quartz Energia sp. z o.o.','open','2026-03-12 07:34:13.000000',NULL);
INSERT INTO "task" VALUES(4,27,32,'call','Call Paweł at Umbra Textil sp. z o.o.','open','2026-03-12 07:43:28.000000',NULL);
INSERT INTO "task" VALUES(5,6,24,'call','Call Benoît at Wicker Energia SAS','open','2026-03-12 07:52:07.000000',NULL);
INSERT INTO "task" VALUES(6,19,8,'call','Call Małgorzata at Umbra Textil sp. z o.o.','open','2026-03-12 07:52:12.000000',NULL);
INSERT INTO "task" VALUES(7,17,29,'call','Call Małgorzata at Pharos Foods sp. z o.o.','open','2026-03-12 07:58:21.000000',NULL);
INSERT INTO "task" VALUES(8,15,30,'call','Call Jürgen at Granit Textil GmbH','open','2026-03-12 07:58:30.000000',NULL);
INSERT INTO "task" VALUES(9,8,36,'call','Call Björn at Amber Robotics GmbH','open','2026-03-12 08:02:51.000000',NULL);
INSERT INTO "task" VALUES(10,28,27,'call','Call Paweł at Quartz Energia sp. z o.o.','open','2026-03-12 08:04:00.000000',NULL);
INSERT INTO "task" VALUES(11,30,14,'call','Call Piotr at Quartz Energia sp. z o.o.','open','2026-03-12 08:05:47.000000',NULL);
INSERT INTO "task" VALUES(12,33,19,'call','Call Rémi at Sokół Werke SAS','open','2026-03-12 08:09:15.000000',NULL);
INSERT INTO "task" VALUES(13,35,10,'call','Call Sabine at Granit Textil GmbH','open','2026-03-12 08:12:34.000000',NULL);
INSERT INTO "task" VALUES(14,24,4,'call','Call Oliver at Ember Textil Ltd','open','2026-03-12 08:33:55.000000',NULL);
INSERT INTO "task" VALUES(15,25,18,'call','Call Oliver at Ember Textil Ltd','open','2026-03-12 08:40:09.000000',NULL);
INSERT INTO "task" VALUES(16,2,33,'call','Call Alasdair at Lumen Systems Ltd','open','2026-03-12 08:41:45.000000',NULL);
INSERT INTO "task" VALUES(17,4,7,'call','Call Alasdair at Lumen Systems Ltd','dropped','2026-03-12 08:42:49.000000','2026-03-14 22:53:07.414080');
INSERT INTO "task" VALUES(18,3,12,'call','Call Alasdair at Lumen Systems Ltd','open','2026-03-12 08:45:38.000000',NULL);
INSERT INTO "task" VALUES(19,10,22,'call','Call Harry at Lumen Systems Ltd','open','2026-03-12 09:01:33.000000',NULL);
INSERT INTO "task" VALUES(20,21,13,'call','Call Marcus at Harbour Systems Inc.','open','2026-03-12 12:52:50.000000',NULL);
INSERT INTO "task" VALUES(21,13,31,'call','Call José at Harbour Systems Inc.','open','2026-03-12 12:58:54.000000',NULL);
INSERT INTO "task" VALUES(22,22,17,'call','Call Marcus at Harbour Systems Inc.','open','2026-03-12 13:11:05.000000',NULL);
CREATE TABLE withheld (
	id INTEGER NOT NULL, 
	mailbox_id INTEGER NOT NULL, 
	folder TEXT NOT NULL, 
	uidvalidity BIGINT NOT NULL, 
	uid BIGINT NOT NULL, 
	state TEXT DEFAULT 'trying' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	words TEXT DEFAULT '' NOT NULL, 
	sender TEXT DEFAULT '' NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	person_held BOOLEAN DEFAULT 0 NOT NULL, 
	since DATETIME NOT NULL, 
	tried_at DATETIME NOT NULL, 
	CONSTRAINT pk_withheld PRIMARY KEY (id), 
	CONSTRAINT uq_withheld_mailbox_id_folder_uidvalidity_uid UNIQUE (mailbox_id, folder, uidvalidity, uid), 
	CONSTRAINT ck_withheld_state CHECK (state in ('trying', 'aside', 'dismissed')), 
	CONSTRAINT fk_withheld_mailbox_id FOREIGN KEY(mailbox_id) REFERENCES mailbox (id)
);
CREATE INDEX ix_contact_organisation ON contact (organisation);
CREATE INDEX ix_mailbox_turn ON mailbox (next_turn_at);
CREATE INDEX ix_enrollment_away ON enrollment (resume_at) WHERE state = 'away';
CREATE INDEX ix_enrollment_contact ON enrollment (contact_id);
CREATE INDEX ix_enrollment_mail_due ON enrollment (mailbox_id, due_at) WHERE state = 'active' AND step_kind = 'mail';
CREATE INDEX ix_enrollment_other_due ON enrollment (due_at) WHERE state = 'active' AND step_kind != 'mail';
CREATE INDEX ix_event_contact ON event (contact_id);
CREATE INDEX ix_event_enrollment ON event (enrollment_id);
CREATE INDEX ix_message_contact ON message (contact_id);
CREATE INDEX ix_message_open ON message (mailbox_id) WHERE state IN ('transmitting', 'unknown');
CREATE INDEX ix_message_pace ON message (mailbox_id, transmitting_at);
CREATE INDEX ix_hit_message ON hit (message_id, kind);
CREATE INDEX ix_hit_network ON hit (network, at);
CREATE INDEX ix_hit_unjudged ON hit (at) WHERE verdict IS NULL;
CREATE INDEX ix_inbound_enrollment ON inbound (enrollment_id);
CREATE INDEX ix_inbound_contact ON inbound (contact_id);
CREATE INDEX ix_inbound_kept ON inbound (judged_at) WHERE raw IS NOT NULL;
CREATE INDEX ix_event_feed ON event (xact, id);
COMMIT;