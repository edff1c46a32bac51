<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>ActivityLine</name>
    <message>
        <source>Loading your preferences…</source>
        <translation>Einstellungen werden geladen&#xa0;…</translation>
    </message>
    <message>
        <source>Signing in…</source>
        <translation>Anmeldung läuft&#xa0;…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Trying again in {seconds} s (attempt {number} of {most})</source>
        <translation>Nächster Versuch in {seconds}&#xa0;s ({number} von {most})</translation>
    </message>
    <message>
        <source>Still waiting for your preferences…</source>
        <translation>Die Einstellungen stehen noch aus&#xa0;…</translation>
    </message>
    <message>
        <source>{activity} (attempt {number} of {most})</source>
        <translation>{activity} (Versuch {number} von {most})</translation>
    </message>
</context>
<context>
    <name>ConditionsControl</name>
    <message>
        <source>Conditions:</source>
        <translation>Bedingungen:</translation>
    </message>
    <message>
        <source>Change what the network and the database are like (Alt+C)</source>
        <translation>Ändern, wie sich Netz und Datenbank verhalten (Alt+C)</translation>
    </message>
</context>
<context>
    <name>ConditionsPanel</name>
    <message>
        <source>Conditions</source>
        <translation>Bedingungen</translation>
    </message>
    <message>
        <source>What the network and the database are like</source>
        <translation>Wie sich Netz und Datenbank verhalten</translation>
    </message>
    <message>
        <source>&amp;Latency</source>
        <translation>&amp;Latenz</translation>
    </message>
    <message>
        <source>Band&amp;width</source>
        <translation>&amp;Bandbreite</translation>
    </message>
    <message>
        <source>Only the program&apos;s own service can do that, and it runs elsewhere (--server).</source>
        <translation>Das kann nur der eigene Dienst des Programms, und er läuft anderswo (--server).</translation>
    </message>
    <message>
        <source>changing…</source>
        <translation>wird geändert&#xa0;…</translation>
    </message>
    <message>
        <source>in force</source>
        <translation>gilt jetzt</translation>
    </message>
    <message>
        <source>{number} ms</source>
        <translation>{number}&#xa0;ms</translation>
    </message>
    <message>
        <source>unlimited</source>
        <translation>unbegrenzt</translation>
    </message>
    <message>
        <source>{number} KB/s</source>
        <translation>{number}&#xa0;KB/s</translation>
    </message>
    <message>
        <source>{number} MB/s</source>
        <translation>{number}&#xa0;MB/s</translation>
    </message>
</context>
<context>
    <name>FeelPanel</name>
    <message>
        <source>Count up, now {count}</source>
        <translation>Hochzählen, jetzt {count}</translation>
    </message>
    <message>
        <source>Try it while it loads</source>
        <translation>Beim Laden testen</translation>
    </message>
    <message>
        <source>Type here…</source>
        <translation>Hier tippen&#xa0;…</translation>
    </message>
    <message>
        <source>Field to type in</source>
        <translation>Feld zum Tippen</translation>
    </message>
    <message>
        <source>Moves while the window answers</source>
        <translation>Bewegt sich, solange das Fenster reagiert</translation>
    </message>
</context>
<context>
    <name>FreezeChart</name>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>Event-loop lag and freezes of the last minutes</source>
        <translation>Event-Loop-Lag und Hänger der letzten Minuten</translation>
    </message>
</context>
<context>
    <name>FreezeDetail</name>
    <message>
        <source>Task: {task}</source>
        <translation>Task: {task}</translation>
    </message>
    <message>
        <source>There is no source of it here.</source>
        <translation>Den Quelltext dazu gibt es hier nicht.</translation>
    </message>
    <message>
        <source>{count} of {total} samples:</source>
        <translation>{count} von {total} Stichproben:</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Instead</source>
        <translation>Stattdessen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelltext</translation>
    </message>
    <message>
        <source>Stack, the innermost call last</source>
        <translation>Stack, der innerste Aufruf zuletzt</translation>
    </message>
    <message>
        <source>All frames</source>
        <translation>Alle Aufrufe</translation>
    </message>
    <message>
        <source>Also show those of Qt, Python and installed packages</source>
        <translation>Auch die von Qt, Python und installierten Paketen zeigen</translation>
    </message>
    <message>
        <source>Nothing has frozen this window for 50 ms or longer so far. What does will be listed here, with the code that it was in.</source>
        <translation>Bisher hing dieses Fenster nie 50 ms oder länger. Was es hängen lässt, steht dann hier, mit der Stelle im Code.</translation>
    </message>
</context>
<context>
    <name>FreezeList</name>
    <message>
        <source>Held the frame</source>
        <translation>Hielt das Bild auf</translation>
    </message>
    <message>
        <source>Not the program&apos;s fault</source>
        <translation>Nicht durch das Programm</translation>
    </message>
</context>
<context>
    <name>FreezePanel</name>
    <message>
        <source>Freezes</source>
        <translation>Hänger</translation>
    </message>
    <message>
        <source>Freezes of this window</source>
        <translation>Hänger dieses Fensters</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>Neueste zuerst</translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation>Längste zuerst</translation>
    </message>
    <message>
        <source>Execution timeline</source>
        <translation>Zeitverlauf</translation>
    </message>
    <message>
        <source>Freezes by place and cause</source>
        <translation>Hänger nach Ort und Ursache</translation>
    </message>
</context>
<context>
    <name>HomePage</name>
    <message>
        <source>&amp;Retry</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Welcome back, {name}</source>
        <translation>Willkommen zurück, {name}</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>Signed in as {email}</source>
        <translation>Angemeldet als {email}</translation>
    </message>
    <message>
        <source>Sign &amp;out</source>
        <translation>Ab&amp;melden</translation>
    </message>
    <message>
        <source>Categories</source>
        <translation>Kategorien</translation>
    </message>
    <message>
        <source>Your preferences arrived</source>
        <translation>Die Einstellungen sind angekommen</translation>
    </message>
    <message>
        <source>This page stays as it is until you apply them.</source>
        <translation>Die Seite bleibt, wie sie ist, bis sie übernommen werden.</translation>
    </message>
    <message>
        <source>A&amp;pply</source>
        <translation>Über&amp;nehmen</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>Neu laden</translation>
    </message>
    <message>
        <source>Load the preferences once more (F5)</source>
        <translation>Die Einstellungen noch einmal laden (F5)</translation>
    </message>
    <message>
        <source>Common &amp;mistake…</source>
        <translation>Häufiger &amp;Fehler&#xa0;…</translation>
    </message>
    <message>
        <source>See what becomes of data that is used before it is there</source>
        <translation>Ansehen, was aus Daten wird, die benutzt werden, bevor sie da sind</translation>
    </message>
    <message>
        <source>Books</source>
        <translation>Bücher</translation>
    </message>
    <message>
        <source>Music</source>
        <translation>Musik</translation>
    </message>
    <message>
        <source>Travel</source>
        <translation>Reisen</translation>
    </message>
    <message>
        <source>Garden</source>
        <translation>Garten</translation>
    </message>
    <message>
        <source>Kitchen</source>
        <translation>Küche</translation>
    </message>
    <message>
        <source>Photography</source>
        <translation>Fotografie</translation>
    </message>
    <message>
        <source>Games</source>
        <translation>Spiele</translation>
    </message>
    <message>
        <source>Art</source>
        <translation>Kunst</translation>
    </message>
    <message>
        <source>Cycling</source>
        <translation>Radfahren</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Laufen</translation>
    </message>
    <message>
        <source>Science</source>
        <translation>Wissenschaft</translation>
    </message>
    <message>
        <source>Home</source>
        <translation>Wohnen</translation>
    </message>
    <message>
        <source>New paperbacks</source>
        <translation>Neue Taschenbücher</translation>
    </message>
    <message>
        <source>Vinyl of the month</source>
        <translation>Vinyl des Monats</translation>
    </message>
    <message>
        <source>Weekend by train</source>
        <translation>Wochenende per Bahn</translation>
    </message>
    <message>
        <source>Herbs and seeds</source>
        <translation>Kräuter und Samen</translation>
    </message>
    <message>
        <source>Cast-iron pan</source>
        <translation>Gusseisenpfanne</translation>
    </message>
    <message>
        <source>50 mm lens, used</source>
        <translation>50&#xa0;mm, gebraucht</translation>
    </message>
    <message>
        <source>Board games</source>
        <translation>Brettspiele</translation>
    </message>
    <message>
        <source>Watercolour set</source>
        <translation>Aquarellkasten</translation>
    </message>
    <message>
        <source>Touring panniers</source>
        <translation>Fahrradtaschen</translation>
    </message>
    <message>
        <source>Trail shoes</source>
        <translation>Trailschuhe</translation>
    </message>
    <message>
        <source>Pocket microscope</source>
        <translation>Taschenmikroskop</translation>
    </message>
    <message>
        <source>Wool blanket</source>
        <translation>Wolldecke</translation>
    </message>
</context>
<context>
    <name>LagStrip</name>
    <message>
        <source>Event-loop lag</source>
        <translation>Event-Loop-Lag</translation>
    </message>
    <message>
        <source>The longest freeze of this load</source>
        <translation>Der längste Hänger bei diesem Laden</translation>
    </message>
    <message>
        <source>Event-loop lag of the last 30 seconds</source>
        <translation>Event-Loop-Lag der letzten 30 Sekunden</translation>
    </message>
    <message>
        <source>Show the freezes: where each was, and why (Alt+F)</source>
        <translation>Die Hänger zeigen: wo jeder war, und warum (Alt+F)</translation>
    </message>
    <message>
        <source>Freezes ({count})</source>
        <translation>Hänger ({count})</translation>
    </message>
    <message>
        <source>Longest freeze: –</source>
        <translation>Längster Hänger: –</translation>
    </message>
    <message>
        <source>Longest freeze: {length}</source>
        <translation>Längster Hänger: {length}</translation>
    </message>
</context>
<context>
    <name>LoadColumn</name>
    <message>
        <source>Managed</source>
        <translation>Richtig</translation>
    </message>
    <message>
        <source>Unmanaged</source>
        <translation>Falsch</translation>
    </message>
</context>
<context>
    <name>LoadTimeline</name>
    <message>
        <source>Blocking</source>
        <translation>Blockierend</translation>
    </message>
    <message>
        <source>Async</source>
        <translation>Async</translation>
    </message>
    <message>
        <source>seconds after Sign in</source>
        <translation>Sekunden nach dem Anmelden</translation>
    </message>
    <message>
        <source>good</source>
        <translation>gut</translation>
    </message>
    <message>
        <source>needs improvement</source>
        <translation>verbesserungswürdig</translation>
    </message>
    <message>
        <source>poor</source>
        <translation>schlecht</translation>
    </message>
    <message>
        <source>1 key or click, {p75} to the paint: {answering}</source>
        <translation>1 Taste oder Klick, {p75} bis zum Zeichnen: {answering}</translation>
    </message>
    <message>
        <source>{count} keys and clicks, p75 {p75} to the paint: {answering}</source>
        <translation>{count} Tasten und Klicks, p75 {p75} bis zum Zeichnen: {answering}</translation>
    </message>
</context>
<context>
    <name>MistakePanel</name>
    <message>
        <source>Nobody is signed in.</source>
        <translation>Niemand ist angemeldet.</translation>
    </message>
    <message>
        <source>Sign in, and then run it again.</source>
        <translation>Erst anmelden, dann noch einmal ausführen.</translation>
    </message>
    <message>
        <source>Common mistake</source>
        <translation>Häufiger Fehler</translation>
    </message>
    <message>
        <source>Common mistake: using data before it is there</source>
        <translation>Häufiger Fehler: Daten verwenden, bevor sie da sind</translation>
    </message>
    <message>
        <source>&amp;Run again</source>
        <translation>&amp;Noch einmal</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
</context>
<context>
    <name>ModeToggle</name>
    <message>
        <source>&amp;Blocking</source>
        <translation>&amp;Blockierend</translation>
    </message>
    <message>
        <source>Wait blocking</source>
        <translation>Blockierend warten</translation>
    </message>
    <message>
        <source>&amp;Async</source>
        <translation>&amp;Async</translation>
    </message>
    <message>
        <source>Wait async</source>
        <translation>Async warten</translation>
    </message>
</context>
<context>
    <name>ResultsPanel</name>
    <message>
        <source>Last results</source>
        <translation>Letzte Ergebnisse</translation>
    </message>
    <message>
        <source>Blocking</source>
        <translation>Blockierend</translation>
    </message>
    <message>
        <source>Async</source>
        <translation>Async</translation>
    </message>
    <message>
        <source>not tried yet</source>
        <translation>noch nicht probiert</translation>
    </message>
    <message>
        <source>frozen {time}</source>
        <translation>hing {time}</translation>
    </message>
    <message>
        <source>never frozen</source>
        <translation>hing nie</translation>
    </message>
    <message>
        <source>home in {time}</source>
        <translation>Startseite: {time}</translation>
    </message>
    <message>
        <source>default home in {time}</source>
        <translation>Standard: {time}</translation>
    </message>
    <message>
        <source>form in {time}</source>
        <translation>Formular: {time}</translation>
    </message>
</context>
<context>
    <name>SignInForm</name>
    <message>
        <source>Enter your email address.</source>
        <translation>Bitte die E-Mail-Adresse eingeben.</translation>
    </message>
    <message>
        <source>An email address looks like name@example.com.</source>
        <translation>Eine Adresse sieht aus wie name@example.com.</translation>
    </message>
    <message>
        <source>Enter your password.</source>
        <translation>Bitte das Passwort eingeben.</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Anmelden</translation>
    </message>
    <message>
        <source>&amp;Email</source>
        <translation>&amp;E-Mail-Adresse</translation>
    </message>
    <message>
        <source>Email</source>
        <translation>E-Mail-Adresse</translation>
    </message>
    <message>
        <source>name@example.com</source>
        <translation>name@example.com</translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation>&amp;Passwort</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Passwort</translation>
    </message>
    <message>
        <source>Show password</source>
        <translation>Passwort anzeigen</translation>
    </message>
    <message>
        <source>Use the demo account</source>
        <translation>Demokonto verwenden</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>Left and right move, plus and minus zoom, 0 shows all; up and down go to the freezes.</source>
        <translation>Links und rechts verschieben, Plus und Minus zoomen, 0 zeigt alles; auf und ab geht zu den Hängern.</translation>
    </message>
    <message>
        <source>Execution timeline</source>
        <translation>Zeitverlauf</translation>
    </message>
    <message>
        <source>keys, clicks</source>
        <translation>Tasten, Klicks</translation>
    </message>
    <message>
        <source>GUI thread</source>
        <translation>GUI-Thread</translation>
    </message>
    <message>
        <source>tasks</source>
        <translation>Tasks</translation>
    </message>
    <message>
        <source>network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>database</source>
        <translation>Datenbank</translation>
    </message>
    <message>
        <source>frozen</source>
        <translation>hängt</translation>
    </message>
    <message>
        <source>not scheduled</source>
        <translation>nicht an der Reihe</translation>
    </message>
    <message>
        <source>handling input</source>
        <translation>verarbeitet Eingabe</translation>
    </message>
    <message>
        <source>painting</source>
        <translation>zeichnet</translation>
    </message>
    <message>
        <source>holding the frame</source>
        <translation>hält das Bild auf</translation>
    </message>
    <message>
        <source>waiting for events</source>
        <translation>wartet auf Ereignisse</translation>
    </message>
    <message>
        <source>task</source>
        <translation>Task</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>verbindet</translation>
    </message>
    <message>
        <source>sending</source>
        <translation>sendet</translation>
    </message>
    <message>
        <source>waiting for the service</source>
        <translation>wartet auf den Dienst</translation>
    </message>
    <message>
        <source>receiving</source>
        <translation>empfängt</translation>
    </message>
    <message>
        <source>waiting for the database</source>
        <translation>wartet auf die Datenbank</translation>
    </message>
    <message>
        <source>more at the same time</source>
        <translation>mehreres zugleich</translation>
    </message>
    <message>
        <source>key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>click</source>
        <translation>Klick</translation>
    </message>
    <message>
        <source>{input}, answered by a paint {duration} later</source>
        <translation>{input}, {duration} später durch ein Zeichnen beantwortet</translation>
    </message>
    <message>
        <source>{number} keys and clicks, the slowest answered by a paint {duration} later</source>
        <translation>{number} Tasten und Klicks, der langsamste {duration} später durch ein Zeichnen beantwortet</translation>
    </message>
    <message>
        <source>from {start} to {end}</source>
        <translation>von {start} bis {end}</translation>
    </message>
    <message>
        <source>+{number} more</source>
        <translation>+{number} weitere</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>The window freezes until the answer is there.</source>
        <translation>Das Fenster hängt, bis die Antwort da ist.</translation>
    </message>
    <message>
        <source>The window goes on answering while it waits.</source>
        <translation>Das Fenster reagiert weiter, während es wartet.</translation>
    </message>
    <message>
        <source>Changing to {name}…</source>
        <translation>Wechsel zu {name}&#xa0;…</translation>
    </message>
    <message>
        <source>Not changed: {problem}</source>
        <translation>Nicht geändert: {problem}</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>announcements</name>
    <message>
        <source>Sign in</source>
        <translation>Anmelden</translation>
    </message>
    <message>
        <source>Signed in. {activity}</source>
        <translation>Angemeldet. {activity}</translation>
    </message>
    <message>
        <source>Your home page is ready.</source>
        <translation>Die Startseite ist bereit.</translation>
    </message>
    <message>
        <source>Your preferences arrived: they can be applied.</source>
        <translation>Die Einstellungen sind angekommen und können übernommen werden.</translation>
    </message>
</context>
<context>
    <name>as_of</name>
    <message>
        <source>today</source>
        <translation>heute</translation>
    </message>
    <message>
        <source>yesterday</source>
        <translation>gestern</translation>
    </message>
    <message>
        <source>{day}, {time}</source>
        <translation>{day}, {time}</translation>
    </message>
</context>
<context>
    <name>conditions</name>
    <message>
        <source>The network and the customer database answer as fast as they can.</source>
        <translation>Netz und Kundendatenbank antworten, so schnell sie können.</translation>
    </message>
    <message>
        <source>The network delays every reply by 800 ms.</source>
        <translation>Das Netz verzögert jede Antwort um 800&#xa0;ms.</translation>
    </message>
    <message>
        <source>A saturated link delays every reply by 400 ms, 100 ms more or less, and carries 1 KB/s.</source>
        <translation>Eine überlastete Leitung verzögert jede Antwort um 400&#xa0;ms, 100&#xa0;ms mehr oder weniger, und überträgt 1&#xa0;KB/s.</translation>
    </message>
    <message>
        <source>The network delays every reply by 300 ms, 200 ms more or less, carries 40 KB/s, and resets 50 % of the connections 80 ms after their first reply.</source>
        <translation>Das Netz verzögert jede Antwort um 300&#xa0;ms, 200&#xa0;ms mehr oder weniger, überträgt 40&#xa0;KB/s und setzt 50&#xa0;% der Verbindungen 80&#xa0;ms nach der ersten Antwort zurück.</translation>
    </message>
    <message>
        <source>The network is down: every connection is refused.</source>
        <translation>Das Netz ist weg: Jede Verbindung wird abgelehnt.</translation>
    </message>
    <message>
        <source>The service accepts every connection and answers none: 0 bytes ever come back.</source>
        <translation>Der Dienst nimmt jede Verbindung an, antwortet aber nie: 0&#xa0;Byte.</translation>
    </message>
    <message>
        <source>The network passes replies byte by byte, one every 8 ms.</source>
        <translation>Das Netz überträgt Antworten Byte für Byte, eines alle 8&#xa0;ms.</translation>
    </message>
    <message>
        <source>The service fails the first 2 requests for preferences after each sign-in, with status 503.</source>
        <translation>Der Dienst lehnt nach jeder Anmeldung die ersten 2&#xa0;Anfragen nach Einstellungen mit Status&#xa0;503 ab.</translation>
    </message>
    <message>
        <source>The network delays every reply by {latency_ms} ms.</source>
        <translation>Das Netz verzögert jede Antwort um {latency_ms}&#xa0;ms.</translation>
    </message>
    <message>
        <source>The network delays every reply by {latency_ms} ms and carries {rate_kb_per_s} KB/s.</source>
        <translation>Das Netz verzögert jede Antwort um {latency_ms}&#xa0;ms und überträgt {rate_kb_per_s}&#xa0;KB/s.</translation>
    </message>
    <message>
        <source>Other customers hold the customer database&apos;s connections and its lock for 6 s from each sign-in on.</source>
        <translation>Andere Kunden belegen ab jeder Anmeldung 6&#xa0;s lang die Verbindungen und die Sperre der Kundendatenbank.</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>The program&apos;s own service could not be started: {reason}</source>
        <translation>Der Dienst des Programms konnte nicht gestartet werden: {reason}</translation>
    </message>
    <message>
        <source>The service can&apos;t be reached.</source>
        <translation>Der Dienst ist nicht erreichbar.</translation>
    </message>
    <message>
        <source>The service could not prove that it is the one that was asked for. Nothing was sent to it.</source>
        <translation>Der Dienst konnte nicht nachweisen, dass er der gewünschte ist. Es wurde nichts an ihn gesendet.</translation>
    </message>
    <message>
        <source>The connection broke before the answer was complete.</source>
        <translation>Die Verbindung ist abgebrochen, bevor die Antwort vollständig war.</translation>
    </message>
    <message>
        <source>The service did not answer in time.</source>
        <translation>Der Dienst hat nicht rechtzeitig geantwortet.</translation>
    </message>
    <message>
        <source>The email or the password is wrong.</source>
        <translation>E-Mail-Adresse oder Passwort ist falsch.</translation>
    </message>
    <message>
        <source>Your session has expired. Sign in again.</source>
        <translation>Die Sitzung ist abgelaufen. Bitte erneut anmelden.</translation>
    </message>
    <message>
        <source>Too many attempts. Try again in {seconds} s.</source>
        <translation>Zu viele Versuche. Bitte in {seconds}&#xa0;s erneut versuchen.</translation>
    </message>
    <message>
        <source>The service is busy. Try again in {seconds} s.</source>
        <translation>Der Dienst ist überlastet. Versuchen Sie es in {seconds}&#xa0;s noch einmal.</translation>
    </message>
    <message>
        <source>The service has a problem (status {status}).</source>
        <translation>Der Dienst hat ein Problem (Status {status}).</translation>
    </message>
    <message>
        <source>The service&apos;s answer could not be read.</source>
        <translation>Die Antwort des Dienstes war nicht lesbar.</translation>
    </message>
    <message>
        <source>The service&apos;s answer was too large.</source>
        <translation>Die Antwort des Dienstes war zu groß.</translation>
    </message>
    <message>
        <source>Something went wrong in the program itself. The log says more.</source>
        <translation>Im Programm selbst ist ein Fehler aufgetreten. Mehr dazu steht im Protokoll.</translation>
    </message>
</context>
<context>
    <name>failures</name>
    <message>
        <source>You can try again now.</source>
        <translation>Jetzt kann es erneut versucht werden.</translation>
    </message>
    <message>
        <source>It was tried for {time}.</source>
        <translation>Es wurde {time} lang versucht.</translation>
    </message>
    <message>
        <source>This is the default home page: your preferences could not be loaded.</source>
        <translation>Standard-Startseite: Die Einstellungen konnten nicht geladen werden.</translation>
    </message>
    <message>
        <source>These are your preferences as of {time}: the present ones could not be loaded.</source>
        <translation>Stand der Einstellungen: {time}. Die aktuellen konnten nicht geladen werden.</translation>
    </message>
    <message>
        <source>Your preferences will be offered here when they arrive.</source>
        <translation>Treffen die Einstellungen noch ein, werden sie hier angeboten.</translation>
    </message>
</context>
<context>
    <name>freezes</name>
    <message>
        <source>waiting</source>
        <translation>gewartet</translation>
    </message>
    <message>
        <source>computing</source>
        <translation>gerechnet</translation>
    </message>
    <message>
        <source>garbage collection</source>
        <translation>Speicherbereinigung</translation>
    </message>
    <message>
        <source>interpreter held</source>
        <translation>Interpreter belegt</translation>
    </message>
    <message>
        <source>not scheduled</source>
        <translation>nicht an der Reihe</translation>
    </message>
    <message>
        <source>machine suspended</source>
        <translation>Rechner im Ruhezustand</translation>
    </message>
    <message>
        <source>stopped by a debugger</source>
        <translation>vom Debugger angehalten</translation>
    </message>
    <message>
        <source>unknown cause</source>
        <translation>Ursache unbekannt</translation>
    </message>
    <message>
        <source>no sample of the code</source>
        <translation>keine Stichprobe vom Code</translation>
    </message>
    <message>
        <source>{count} times from here, {total} in all</source>
        <translation>{count}-mal von hier, zusammen {total}</translation>
    </message>
    <message>
        <source>not the program&apos;s fault</source>
        <translation>nicht durch das Programm</translation>
    </message>
    <message>
        <source>while the program started</source>
        <translation>beim Start des Programms</translation>
    </message>
    <message>
        <source>the system ran something else for {length} of it</source>
        <translation>davon {length}, in denen das System anderes tat</translation>
    </message>
    <message>
        <source>samples came late: they may show only where it ended</source>
        <translation>Stichproben kamen spät: vielleicht zeigen sie nur, wo er endete</translation>
    </message>
    <message>
        <source>longer than a frame may take</source>
        <translation>länger, als ein Bild dauern darf</translation>
    </message>
    <message>
        <source>{place} held the frame for {length}, the longest of {count} times.</source>
        <translation>{place} hielt das Bild {length} lang auf, das längste von {count} Malen.</translation>
    </message>
    <message>
        <source>{place} held the frame for {length}.</source>
        <translation>{place} hielt das Bild {length} lang auf.</translation>
    </message>
    <message>
        <source>Make it a coroutine with `await asyncio.sleep(0)` between its parts, or move it to a thread (`loop.run_in_executor(None, ...)`).</source>
        <translation>Machen Sie daraus eine Koroutine mit `await asyncio.sleep(0)` zwischen ihren Teilen, oder verlegen Sie es in einen Thread (`loop.run_in_executor(None, ...)`).</translation>
    </message>
    <message>
        <source>It ran to its end.</source>
        <translation>Es lief bis zum Ende.</translation>
    </message>
    <message>
        <source>It waited there next: what took so long came before.</source>
        <translation>Dort wartete es danach: Was so lange dauerte, kam davor.</translation>
    </message>
    <message>
        <source>Split it (`await asyncio.sleep(0)` between its parts), or move it to a thread (`await asyncio.to_thread(...)`).</source>
        <translation>Teilen Sie es auf (`await asyncio.sleep(0)` zwischen den Teilen), oder verlegen Sie es in einen Thread (`await asyncio.to_thread(...)`).</translation>
    </message>
</context>
<context>
    <name>mistake</name>
    <message>
        <source>Unset result</source>
        <translation>Kein Ergebnis</translation>
    </message>
    <message>
        <source>Forgotten await</source>
        <translation>Kein await</translation>
    </message>
    <message>
        <source>Read too early</source>
        <translation>Zu früh gelesen</translation>
    </message>
    <message>
        <source>The request is a task that has only just been made: its result is used before there is one.</source>
        <translation>Die Anfrage ist ein eben erst angelegter Task: Sein Ergebnis wird verwendet, bevor es eines gibt.</translation>
    </message>
    <message>
        <source>Without await nobody asks the service: what is used is the coroutine, not the preferences.</source>
        <translation>Ohne await fragt niemand den Dienst: Verwendet wird die Koroutine, nicht die Einstellungen.</translation>
    </message>
    <message>
        <source>The answer is stored in a variable, which is read before: no error, and nothing to be seen.</source>
        <translation>Die Antwort kommt in eine Variable, die vorher gelesen wird: kein Fehler, und nichts zu sehen.</translation>
    </message>
    <message>
        <source>Without the Any, mypy refuses it: {message}</source>
        <translation>Ohne das Any lehnt mypy es ab: {message}</translation>
    </message>
    <message>
        <source>mypy lets it pass: the type of a task does not say whether it is done. So this program never shows what a task has, only states, and preferences exist only in the states that have them.</source>
        <translation>mypy lässt es durch: Der Typ eines Tasks sagt nicht, ob er fertig ist. Darum zeigt dieses Programm nie, was ein Task hat, nur Zustände, und Einstellungen gibt es nur in den Zuständen, die sie haben.</translation>
    </message>
    <message>
        <source>No exception, and a blank page</source>
        <translation>Keine Exception, und eine leere Seite</translation>
    </message>
    <message>
        <source>The page is as the customer prefers it.</source>
        <translation>Die Seite ist nach Wunsch angepasst.</translation>
    </message>
    <message>
        <source>The default page, until the answer is there…</source>
        <translation>Die Standardseite, bis die Antwort da ist&#xa0;…</translation>
    </message>
    <message>
        <source>The page: blank</source>
        <translation>Die Seite: leer</translation>
    </message>
    <message>
        <source>The page: customised</source>
        <translation>Die Seite: angepasst</translation>
    </message>
    <message>
        <source>The page: default</source>
        <translation>Die Seite: Standard</translation>
    </message>
    <message>
        <source>never: request sent</source>
        <translation>nie: Anfrage gesendet</translation>
    </message>
    <message>
        <source>load() called</source>
        <translation>load() aufgerufen</translation>
    </message>
    <message>
        <source>request sent</source>
        <translation>Anfrage gesendet</translation>
    </message>
    <message>
        <source>page customised</source>
        <translation>Seite angepasst</translation>
    </message>
    <message>
        <source>default page shown</source>
        <translation>Standardseite gezeigt</translation>
    </message>
    <message>
        <source>page customised with None</source>
        <translation>Seite mit None angepasst</translation>
    </message>
    <message>
        <source>exception in place of a page</source>
        <translation>Exception statt einer Seite</translation>
    </message>
    <message>
        <source>answer arrived</source>
        <translation>Antwort da</translation>
    </message>
    <message>
        <source>request failed</source>
        <translation>Anfrage gescheitert</translation>
    </message>
    <message>
        <source>answer arrived: too late</source>
        <translation>Antwort da: zu spät</translation>
    </message>
    <message>
        <source>request failed: nobody is told</source>
        <translation>Anfrage gescheitert: niemand erfährt es</translation>
    </message>
</context>
</TS>
