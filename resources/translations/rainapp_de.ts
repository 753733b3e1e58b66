<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message>
        <source>About rainapp</source>
        <translation>Über rainapp</translation>
    </message>
    <message>
        <source>Actual size, 1:1</source>
        <translation>Originalgröße, 1:1</translation>
    </message>
    <message>
        <source>As strong as it goes: 130</source>
        <translation>So stark es geht: 130</translation>
    </message>
    <message>
        <source>Blind test</source>
        <translation>Blindtest</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Calm flicker</source>
        <translation>Flackern beruhigen</translation>
    </message>
    <message>
        <source>Clear the list</source>
        <translation>Liste leeren</translation>
    </message>
    <message>
        <source>Clear the mask</source>
        <translation>Maske leeren</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Derain all that are ready</source>
        <translation>Alle bereiten entregnen</translation>
    </message>
    <message>
        <source>Derain only this part</source>
        <translation>Nur diesen Teil entregnen</translation>
    </message>
    <message>
        <source>Derain the failed again</source>
        <translation>Fehlgeschlagene noch einmal entregnen</translation>
    </message>
    <message>
        <source>Derain the selected</source>
        <translation>Ausgewählte entregnen</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Radieren</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Find my model with known rain</source>
        <translation>Mein Modell mit bekanntem Regen finden</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Einpassen</translation>
    </message>
    <message>
        <source>Folder of pictures without rain…</source>
        <translation>Ordner mit Bildern ohne Regen…</translation>
    </message>
    <message>
        <source>Frames as separate photos</source>
        <translation>Bilder als einzelne Fotos</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>Vollbild</translation>
    </message>
    <message>
        <source>Go over it a second time</source>
        <translation>Ein zweites Mal darüber gehen</translation>
    </message>
    <message>
        <source>Harder edge</source>
        <translation>Härterer Rand</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>I see rain: treat anyway</source>
        <translation>Ich sehe Regen: trotzdem entregnen</translation>
    </message>
    <message>
        <source>Import a model…</source>
        <translation>Modell importieren…</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>Größerer Pinsel</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>List of photos</source>
        <translation>Fotoliste</translation>
    </message>
    <message>
        <source>Load a mask…</source>
        <translation>Maske laden…</translation>
    </message>
    <message>
        <source>Magnifier</source>
        <translation>Lupe</translation>
    </message>
    <message>
        <source>Magnify less</source>
        <translation>Weniger vergrößern</translation>
    </message>
    <message>
        <source>Magnify more</source>
        <translation>Stärker vergrößern</translation>
    </message>
    <message>
        <source>Map of changes</source>
        <translation>Karte der Änderungen</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>Measurements</source>
        <translation>Messwerte</translation>
    </message>
    <message>
        <source>Move down in the list</source>
        <translation>In der Liste nach unten</translation>
    </message>
    <message>
        <source>Move up in the list</source>
        <translation>In der Liste nach oben</translation>
    </message>
    <message>
        <source>Next photo</source>
        <translation>Nächstes Foto</translation>
    </message>
    <message>
        <source>No ground truth</source>
        <translation>Ohne Referenz</translation>
    </message>
    <message>
        <source>Numbered frames as one clip</source>
        <translation>Nummerierte Bilder als ein Clip</translation>
    </message>
    <message>
        <source>On my photos</source>
        <translation>Auf meinen Fotos</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>Ein Bild zurück</translation>
    </message>
    <message>
        <source>One frame on</source>
        <translation>Ein Bild vor</translation>
    </message>
    <message>
        <source>One second back</source>
        <translation>Eine Sekunde zurück</translation>
    </message>
    <message>
        <source>One second on</source>
        <translation>Eine Sekunde vor</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>Ordner öffnen…</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen…</translation>
    </message>
    <message>
        <source>Own settings for the selected</source>
        <translation>Eigene Einstellungen für die ausgewählten</translation>
    </message>
    <message>
        <source>Page Compare</source>
        <translation>Seite Vergleichen</translation>
    </message>
    <message>
        <source>Page Derain</source>
        <translation>Seite Entregnen</translation>
    </message>
    <message>
        <source>Page Models</source>
        <translation>Seite Modelle</translation>
    </message>
    <message>
        <source>Page Teach</source>
        <translation>Seite Anlernen</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Picture without rain…</source>
        <translation>Bild ohne Regen…</translation>
    </message>
    <message>
        <source>Play all</source>
        <translation>Alles abspielen</translation>
    </message>
    <message>
        <source>Play from here</source>
        <translation>Ab hier abspielen</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Abspielen oder anhalten</translation>
    </message>
    <message>
        <source>Play up to here</source>
        <translation>Bis hier abspielen</translation>
    </message>
    <message>
        <source>Preview 3 s here</source>
        <translation>3 s Vorschau hier</translation>
    </message>
    <message>
        <source>Previous photo</source>
        <translation>Voriges Foto</translation>
    </message>
    <message>
        <source>Protect what is painted</source>
        <translation>Gemaltes schützen</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Rain</source>
        <translation>Regen</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Remove from list</source>
        <translation>Aus der Liste nehmen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Save as a moving picture…</source>
        <translation>Als bewegtes Bild sichern…</translation>
    </message>
    <message>
        <source>Save as a picture…</source>
        <translation>Als Bild sichern…</translation>
    </message>
    <message>
        <source>Save as a report…</source>
        <translation>Als Bericht sichern…</translation>
    </message>
    <message>
        <source>Save results to…</source>
        <translation>Ergebnisse sichern unter…</translation>
    </message>
    <message>
        <source>Save the figures as a table (CSV)…</source>
        <translation>Zahlen als Tabelle sichern (CSV)…</translation>
    </message>
    <message>
        <source>Save the mask…</source>
        <translation>Maske sichern…</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>Alles auswählen</translation>
    </message>
    <message>
        <source>Settings of the photo</source>
        <translation>Einstellungen des Fotos</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>Show original in its folder</source>
        <translation>Original im Ordner zeigen</translation>
    </message>
    <message>
        <source>Show result in its folder</source>
        <translation>Ergebnis im Ordner zeigen</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>Protokoll zeigen</translation>
    </message>
    <message>
        <source>Show the original (hold X)</source>
        <translation>Original zeigen (X halten)</translation>
    </message>
    <message>
        <source>Show what is painted</source>
        <translation>Gemaltes zeigen</translation>
    </message>
    <message>
        <source>Show where fine rain remains</source>
        <translation>Zeigen, wo feiner Regen bleibt</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>Kleinerer Pinsel</translation>
    </message>
    <message>
        <source>Softer edge</source>
        <translation>Weicherer Rand</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Stop and keep nothing</source>
        <translation>Stoppen und nichts behalten</translation>
    </message>
    <message>
        <source>Stop and keep the part done</source>
        <translation>Stoppen und den fertigen Teil behalten</translation>
    </message>
    <message>
        <source>Stop comparing</source>
        <translation>Vergleich stoppen</translation>
    </message>
    <message>
        <source>Stop, to go on later</source>
        <translation>Anhalten, später weitermachen</translation>
    </message>
    <message>
        <source>Swap painted and not painted</source>
        <translation>Gemaltes und Rest tauschen</translation>
    </message>
    <message>
        <source>Swipe</source>
        <translation>Wischen</translation>
    </message>
    <message>
        <source>Take out less</source>
        <translation>Weniger herausnehmen</translation>
    </message>
    <message>
        <source>Take out more</source>
        <translation>Mehr herausnehmen</translation>
    </message>
    <message>
        <source>Tell darker from brighter</source>
        <translation>Dunkler von heller unterscheiden</translation>
    </message>
    <message>
        <source>Theme as the system</source>
        <translation>Aussehen wie das System</translation>
    </message>
    <message>
        <source>Treat only a part: paint it</source>
        <translation>Nur einen Teil entregnen: aufmalen</translation>
    </message>
    <message>
        <source>Treat only what is painted</source>
        <translation>Nur Gemaltes behandeln</translation>
    </message>
    <message>
        <source>Try a sample</source>
        <translation>Beispiel ausprobieren</translation>
    </message>
    <message>
        <source>Turn the swipe line</source>
        <translation>Wischlinie drehen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Was ist neu</translation>
    </message>
    <message>
        <source>What the repair changed</source>
        <translation>Was die Reparatur geändert hat</translation>
    </message>
    <message>
        <source>What was removed</source>
        <translation>Was entfernt wurde</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
</context>
<context>
    <name>AdviceCard</name>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
</context>
<context>
    <name>AmountSlider</name>
    <message>
        <source>Amount</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Only the rain</source>
        <translation>Nur der Regen</translation>
    </message>
</context>
<context>
    <name>AskLine</name>
    <message>
        <source>Later</source>
        <translation>Später</translation>
    </message>
</context>
<context>
    <name>Batch</name>
    <message>
        <source>{name} was stopped. The part done is “{kept}” in {folder}.</source>
        <translation>{name} wurde gestoppt. Der fertige Teil ist „{kept}“ in {folder}.</translation>
    </message>
</context>
<context>
    <name>BlindBar</name>
    <message>
        <source>0 · No difference</source>
        <translation>0 · Kein Unterschied</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Blind test · photo {n} of {all}</source>
        <translation>Blindtest · Foto {n} von {all}</translation>
    </message>
    <message>
        <source>Cancel the test</source>
        <translation>Test abbrechen</translation>
    </message>
    <message>
        <source>Reveal now</source>
        <translation>Jetzt aufdecken</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>Vote for {name}</source>
        <translation>Für {name} stimmen</translation>
    </message>
    <message>
        <source>Votes</source>
        <translation>Stimmen</translation>
    </message>
    <message>
        <source>Which is best? Press 1 to {n} or click it; 0 if you see no difference. The order changes with every photo.</source>
        <translation>Welches ist am besten? 1 bis {n} drücken oder klicken; 0, wenn kein Unterschied zu sehen ist. Die Reihenfolge wechselt mit jedem Foto.</translation>
    </message>
</context>
<context>
    <name>Brush</name>
    <message>
        <source>Drag or Enter: paint · Esc: end</source>
        <translation>Ziehen oder Eingabe: malen · Esc: Ende</translation>
    </message>
    <message>
        <source>Drag to paint, or: arrow keys move, Enter paints, Alt+Enter erases, Esc puts the brush away</source>
        <translation>Ziehen malt, oder: Pfeiltasten bewegen, Eingabe malt, Alt+Eingabe radiert, Esc legt den Pinsel weg</translation>
    </message>
</context>
<context>
    <name>BrushBar</name>
    <message>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <source>Brush: {name}</source>
        <translation>Pinsel: {name}</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>Radieren</translation>
    </message>
    <message>
        <source>Load a mask</source>
        <translation>Maske laden</translation>
    </message>
    <message>
        <source>Load a mask…</source>
        <translation>Maske laden…</translation>
    </message>
    <message>
        <source>PNG (*.png)</source>
        <translation>PNG (*.png)</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>Malen</translation>
    </message>
    <message>
        <source>Pictures (*.png *.tif *.tiff *.jpg *.jpeg *.webp);;All files (*)</source>
        <translation>Bilder (*.png *.tif *.tiff *.jpg *.jpeg *.webp);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Protect</source>
        <translation>Schützen</translation>
    </message>
    <message>
        <source>Redo the stroke</source>
        <translation>Strich wiederholen</translation>
    </message>
    <message>
        <source>Save the mask</source>
        <translation>Maske sichern</translation>
    </message>
    <message>
        <source>Save the mask…</source>
        <translation>Maske sichern…</translation>
    </message>
    <message>
        <source>Show what is painted</source>
        <translation>Gemaltes zeigen</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Soft</source>
        <translation>Weich</translation>
    </message>
    <message>
        <source>Swap painted and not painted</source>
        <translation>Gemaltes und Rest tauschen</translation>
    </message>
    <message>
        <source>The mask was saved as {name}.</source>
        <translation>Die Maske wurde als {name} gesichert.</translation>
    </message>
    <message>
        <source>Treat only</source>
        <translation>Nur dort</translation>
    </message>
    <message>
        <source>Undo the last stroke</source>
        <translation>Letzten Strich zurücknehmen</translation>
    </message>
    <message>
        <source>What is painted</source>
        <translation>Was gemalt wird</translation>
    </message>
    <message>
        <source>Whether what is painted stays as it was, or is the only thing that is derained</source>
        <translation>Ob Gemaltes bleibt, wie es war, oder als Einziges entregnet wird</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Arrow keys move the brush, Enter or Space paints, Alt+Enter erases, Esc puts the brush away.</source>
        <translation>Pfeiltasten bewegen den Pinsel, Eingabe oder Leertaste malt, Alt+Eingabe radiert, Esc legt den Pinsel weg.</translation>
    </message>
    <message>
        <source>Photo, before and after</source>
        <translation>Foto, vorher und nachher</translation>
    </message>
</context>
<context>
    <name>CardView</name>
    <message>
        <source>Default</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>Kind of net: {arch}</source>
        <translation>Art des Netzes: {arch}</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Model {title}</source>
        <translation>Modell {title}</translation>
    </message>
    <message>
        <source>More about {title}</source>
        <translation>Mehr über {title}</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>In den Papierkorb</translation>
    </message>
    <message>
        <source>Rain removed in tests</source>
        <translation>Regen entfernt, in Tests</translation>
    </message>
    <message>
        <source>not seen at work yet</source>
        <translation>noch nicht gemessen</translation>
    </message>
    <message>
        <source>repairs, takes no rain out</source>
        <translation>repariert, entfernt keinen Regen</translation>
    </message>
    <message>
        <source>streaks and haze</source>
        <translation>Streifen und Dunst</translation>
    </message>
    <message>
        <source>streaks only</source>
        <translation>nur Streifen</translation>
    </message>
    <message>
        <source>Show in its folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Speed here</source>
        <translation>Tempo hier</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation>{n} %</translation>
    </message>
    <message>
        <source>{n} million numbers</source>
        <translation>{n} Millionen Zahlen</translation>
    </message>
    <message>
        <source>{t} per MP</source>
        <translation>{t} je MP</translation>
    </message>
</context>
<context>
    <name>Cards</name>
    <message>
        <source>A little better, half as fast.</source>
        <translation>Etwas besser, halb so schnell.</translation>
    </message>
    <message>
        <source>All kinds of rain, fast.</source>
        <translation>Alle Arten von Regen, schnell.</translation>
    </message>
    <message>
        <source>Redraws a little of what rain had covered. In our measurements no better than leaving it off; see the manual.</source>
        <translation>Zeichnet ein wenig von dem neu, was Regen verdeckt hat. In unseren Messungen nicht besser als ohne; siehe Handbuch.</translation>
    </message>
</context>
<context>
    <name>ChangeMap</name>
    <message>
        <source>brighter by {n}</source>
        <translation>heller um {n}</translation>
    </message>
    <message>
        <source>changed by {n}</source>
        <translation>geändert um {n}</translation>
    </message>
    <message>
        <source>darker by {n}</source>
        <translation>dunkler um {n}</translation>
    </message>
    <message>
        <source>unchanged</source>
        <translation>unverändert</translation>
    </message>
</context>
<context>
    <name>ClipBar</name>
    <message>
        <source>Calm flicker</source>
        <translation>Flackern beruhigen</translation>
    </message>
    <message>
        <source>Calm flicker: steady the result from frame to frame</source>
        <translation>Flackern beruhigen: das Ergebnis von Bild zu Bild ruhig halten</translation>
    </message>
    <message>
        <source>Derain only this</source>
        <translation>Nur das entregnen</translation>
    </message>
    <message>
        <source>Deraining the next frames…</source>
        <translation>Die nächsten Bilder werden entregnet…</translation>
    </message>
    <message>
        <source>End here</source>
        <translation>Hier enden</translation>
    </message>
    <message>
        <source>Moment of the clip</source>
        <translation>Stelle im Clip</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>Ein Bild zurück</translation>
    </message>
    <message>
        <source>One frame on</source>
        <translation>Ein Bild vor</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play all</source>
        <translation>Alles abspielen</translation>
    </message>
    <message>
        <source>Play from here again and again</source>
        <translation>Ab hier immer wieder abspielen</translation>
    </message>
    <message>
        <source>Play up to here again and again</source>
        <translation>Bis hier immer wieder abspielen</translation>
    </message>
    <message>
        <source>Preview 3 s here</source>
        <translation>3 s Vorschau hier</translation>
    </message>
    <message>
        <source>Start here</source>
        <translation>Hier beginnen</translation>
    </message>
    <message>
        <source>Underlined: derained</source>
        <translation>Unterstrichen: entregnet</translation>
    </message>
    <message>
        <source>Write only this part of the clip, with its sound</source>
        <translation>Nur diesen Teil des Clips schreiben, mit seinem Ton</translation>
    </message>
</context>
<context>
    <name>ClipRangeBar</name>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>Frame of the range</source>
        <translation>Bild des Bereichs</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Ab</translation>
    </message>
    <message>
        <source>How many frames are compared</source>
        <translation>Wie viele Bilder verglichen werden</translation>
    </message>
    <message>
        <source>One frame back</source>
        <translation>Ein Bild zurück</translation>
    </message>
    <message>
        <source>One frame on</source>
        <translation>Ein Bild vor</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Play the range</source>
        <translation>Bereich abspielen</translation>
    </message>
    <message>
        <source>Where the range begins, in seconds</source>
        <translation>Wo der Bereich beginnt, in Sekunden</translation>
    </message>
    <message>
        <source>frame {n} of {all} · {time}</source>
        <translation>Bild {n} von {all} · {time}</translation>
    </message>
    <message>
        <source>not compared yet</source>
        <translation>noch nicht verglichen</translation>
    </message>
</context>
<context>
    <name>CompareExport</name>
    <message>
        <source>Comparison of models</source>
        <translation>Vergleich der Modelle</translation>
    </message>
    <message>
        <source>Moving pictures (*.mp4 *.webp *.gif)</source>
        <translation>Bewegte Bilder (*.mp4 *.webp *.gif)</translation>
    </message>
    <message>
        <source>Of a clip a range of frames was compared: figures are means over it, pictures one frame of it.</source>
        <translation>Von einem Clip wurde ein Bereich von Bildern verglichen: Zahlen sind Mittelwerte darüber, Abbildungen ein Bild daraus.</translation>
    </message>
    <message>
        <source>Of the clip one frame was compared.</source>
        <translation>Von dem Clip wurde ein Bild verglichen.</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg)</source>
        <translation>Bilder (*.png *.jpg)</translation>
    </message>
    <message>
        <source>Rainy</source>
        <translation>Verregnet</translation>
    </message>
    <message>
        <source>Save the comparison as a moving picture</source>
        <translation>Vergleich als bewegtes Bild sichern</translation>
    </message>
    <message>
        <source>Save the comparison as a picture</source>
        <translation>Vergleich als Bild sichern</translation>
    </message>
    <message>
        <source>Save the comparison as a report</source>
        <translation>Vergleich als Bericht sichern</translation>
    </message>
    <message>
        <source>Save the figures as a table</source>
        <translation>Die Zahlen als Tabelle sichern</translation>
    </message>
    <message>
        <source>Saved {name}.</source>
        <translation>{name} gesichert.</translation>
    </message>
    <message>
        <source>Saved {name}; {n} results failed and are missing in it.</source>
        <translation>{name} gesichert; {n} Ergebnisse sind fehlgeschlagen und fehlen darin.</translation>
    </message>
    <message>
        <source>Seconds were measured on this machine. Naturalness is NIQE; smaller is better, yet sharp rain can score well.</source>
        <translation>Die Sekunden wurden auf diesem Rechner gemessen. Natürlichkeit ist NIQE; kleiner ist besser, doch auch scharfer Regen kann gut abschneiden.</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>Tabelle (*.csv)</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>Webseite (*.html)</translation>
    </message>
    <message>
        <source>Writing {name}…</source>
        <translation>{name} wird geschrieben…</translation>
    </message>
    <message>
        <source>{n} results are missing here: they failed.</source>
        <translation>{n} Ergebnisse fehlen hier: Sie sind fehlgeschlagen.</translation>
    </message>
</context>
<context>
    <name>CompareFoot</name>
    <message numerus="yes">
        <source>%n result(s)</source>
        <translation>
            <numerusform>%n Ergebnis</numerusform>
            <numerusform>%n Ergebnisse</numerusform>
        </translation>
    </message>
    <message>
        <source>All but {n} compared, which cannot be read</source>
        <translation>Alle verglichen bis auf {n}, die nicht lesbar sind</translation>
    </message>
    <message>
        <source>All of it is compared</source>
        <translation>Alles ist verglichen</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message numerus="yes">
        <source>Compare %n model(s)</source>
        <translation>
            <numerusform>%n Modell vergleichen</numerusform>
            <numerusform>%n Modelle vergleichen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Compare %n model(s) on {files} files</source>
        <translation>
            <numerusform>%n Modell auf {files} Dateien vergleichen</numerusform>
            <numerusform>%n Modelle auf {files} Dateien vergleichen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Compare %n model(s) on {photos} photos</source>
        <translation>
            <numerusform>%n Modell auf {photos} Fotos vergleichen</numerusform>
            <numerusform>%n Modelle auf {photos} Fotos vergleichen</numerusform>
        </translation>
    </message>
    <message>
        <source>Comparing needs two models: add another</source>
        <translation>Zum Vergleichen braucht es zwei Modelle: eines hinzufügen</translation>
    </message>
    <message>
        <source>Drawing rain…</source>
        <translation>Regen wird gezeichnet…</translation>
    </message>
    <message>
        <source>Draws six kinds of rain on the selected photo, which should be dry, and tries every model</source>
        <translation>Zeichnet sechs Arten Regen auf das gewählte Foto, das trocken sein sollte, und probiert jedes Modell</translation>
    </message>
    <message>
        <source>Find my model</source>
        <translation>Mein Modell finden</translation>
    </message>
    <message>
        <source>Progress of comparing</source>
        <translation>Fortschritt des Vergleichs</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Tick two models or more in the table</source>
        <translation>Mindestens zwei Modelle in der Tabelle ankreuzen</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>etwa {time}</translation>
    </message>
    <message>
        <source>{n} compared</source>
        <translation>{n} verglichen</translation>
    </message>
    <message>
        <source>{n} failed</source>
        <translation>{n} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{n} of {total} results</source>
        <translation>{n} von {total} Ergebnissen</translation>
    </message>
    <message>
        <source>{n} to go</source>
        <translation>{n} noch offen</translation>
    </message>
    <message>
        <source>{size} on the disk until you close</source>
        <translation>{size} auf der Platte bis zum Schließen</translation>
    </message>
</context>
<context>
    <name>CompareGrid</name>
    <message>
        <source>Results side by side</source>
        <translation>Ergebnisse nebeneinander</translation>
    </message>
</context>
<context>
    <name>ComparePage</name>
    <message numerus="yes">
        <source>%n view(s) · {zoom} %</source>
        <translation>
            <numerusform>%n Ansicht · {zoom} %</numerusform>
            <numerusform>%n Ansichten · {zoom} %</numerusform>
        </translation>
    </message>
    <message>
        <source>Add model</source>
        <translation>Modell dazu</translation>
    </message>
    <message>
        <source>Blind test</source>
        <translation>Blindtest</translation>
    </message>
    <message>
        <source>Compare on</source>
        <translation>Vergleichen auf</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Folder with the pictures without rain</source>
        <translation>Ordner mit den Bildern ohne Regen</translation>
    </message>
    <message>
        <source>Ground truth</source>
        <translation>Referenz</translation>
    </message>
    <message>
        <source>Kind of rain</source>
        <translation>Art des Regens</translation>
    </message>
    <message>
        <source>Known rain</source>
        <translation>Bekannter Regen</translation>
    </message>
    <message>
        <source>My photos</source>
        <translation>Meine Fotos</translation>
    </message>
    <message>
        <source>The picture without rain</source>
        <translation>Das Bild ohne Regen</translation>
    </message>
</context>
<context>
    <name>CompareTable</name>
    <message>
        <source>Models and what was measured</source>
        <translation>Modelle und Messwerte</translation>
    </message>
</context>
<context>
    <name>CompareWords</name>
    <message>
        <source>, and was better on {n} of {all} kinds of rain</source>
        <translation> und war bei {n} von {all} Arten Regen besser</translation>
    </message>
    <message>
        <source>, {second} {left}</source>
        <translation>, {second} {left}</translation>
    </message>
    <message>
        <source>; {time} a megapixel here.</source>
        <translation>; {time} je Megapixel hier.</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Wirkung</translation>
    </message>
    <message>
        <source>Against {name} with {n}</source>
        <translation>Gegen {name} mit {n}</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>Background error</source>
        <translation>Fehler im Hintergrund</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>Downpour</source>
        <translation>Wolkenbruch</translation>
    </message>
    <message>
        <source>Fine threads</source>
        <translation>Feine Fäden</translation>
    </message>
    <message>
        <source>Like real rain</source>
        <translation>Wie echter Regen</translation>
    </message>
    <message>
        <source>Decibels on luminance against the picture without rain; larger is better, 30 and more is good</source>
        <translation>Dezibel der Helligkeit gegen das Bild ohne Regen; größer ist besser, ab 30 ist es gut</translation>
    </message>
    <message>
        <source>Difference left</source>
        <translation>Rest-Unterschied</translation>
    </message>
    <message>
        <source>Fine rain removed</source>
        <translation>Feiner Regen entfernt</translation>
    </message>
    <message>
        <source>How much of the fine streaks is gone, in any photo; 75 % and more is good</source>
        <translation>Wie viel der feinen Streifen weg ist, in jedem Foto; ab 75 % ist es gut</translation>
    </message>
    <message>
        <source>Light taken out</source>
        <translation>Licht entnommen</translation>
    </message>
    <message>
        <source>Mean light taken out, in grey levels of 255; neither much nor little is good</source>
        <translation>Im Mittel entnommenes Licht, in Graustufen von 255; weder viel noch wenig ist an sich gut</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>NIQE before and after; smaller is more natural, yet sharp rain can score well</source>
        <translation>NIQE vorher und nachher; kleiner ist natürlicher, doch auch scharfer Regen kann gut abschneiden</translation>
    </message>
    <message>
        <source>Naturalness</source>
        <translation>Natürlichkeit</translation>
    </message>
    <message>
        <source>Naturalness in → out</source>
        <translation>Natürlichkeit vor → nach</translation>
    </message>
    <message>
        <source>No model won: {votes} votes, and the first place is shared.</source>
        <translation>Kein Modell gewann: {votes} Stimmen, und der erste Platz ist geteilt.</translation>
    </message>
    <message>
        <source>None of these models helps on {photo}: {name} comes nearest, but doing nothing is better.</source>
        <translation>Keines dieser Modelle hilft bei {photo}: {name} kommt am nächsten, doch nichts zu tun ist besser.</translation>
    </message>
    <message>
        <source>Nothing was voted on.</source>
        <translation>Es wurde nicht abgestimmt.</translation>
    </message>
    <message>
        <source>Of the difference from the dry picture: 0 is perfect, 100 % as untouched</source>
        <translation>Vom Unterschied zum trockenen Bild: 0 ist vollkommen, 100 % wie unbehandelt</translation>
    </message>
    <message>
        <source>PSNR</source>
        <translation>PSNR</translation>
    </message>
    <message>
        <source>PSNR {n} dB</source>
        <translation>PSNR {n} dB</translation>
    </message>
    <message>
        <source>PSNR, dB</source>
        <translation>PSNR, dB</translation>
    </message>
    <message>
        <source>Photo changed</source>
        <translation>Foto geändert</translation>
    </message>
    <message>
        <source>Seconds for a megapixel on this machine; smaller is better</source>
        <translation>Sekunden für ein Megapixel auf diesem Rechner; kleiner ist besser</translation>
    </message>
    <message>
        <source>Structural similarity with the picture without rain; larger is better, 0.9 and more is good</source>
        <translation>Ähnlichkeit der Struktur mit dem Bild ohne Regen; größer ist besser, ab 0,9 ist es gut</translation>
    </message>
    <message>
        <source>The share of pixels that changed visibly; less is better where there was little rain</source>
        <translation>Der Anteil sichtbar geänderter Bildpunkte; weniger ist besser, wo wenig Regen war</translation>
    </message>
    <message>
        <source>{name} suits {photo} best: it leaves {left} of the difference from the dry picture</source>
        <translation>{name} passt für {photo} am besten: Es lässt {left} des Unterschieds zum trockenen Bild</translation>
    </message>
    <message>
        <source>{time} · {share} left</source>
        <translation>{time} · Rest {share}</translation>
    </message>
    <message>
        <source>Rain removed</source>
        <translation>Regen entfernt</translation>
    </message>
    <message>
        <source>Change from frame to frame where nothing moves, before and after, in grey levels</source>
        <translation>Änderung von Bild zu Bild, wo sich nichts bewegt, vorher und nachher, in Graustufen</translation>
    </message>
    <message>
        <source>Flicker</source>
        <translation>Flackern</translation>
    </message>
    <message>
        <source>Flicker in → out</source>
        <translation>Flackern vorher → nachher</translation>
    </message>
    <message>
        <source>SSIM</source>
        <translation>SSIM</translation>
    </message>
    <message>
        <source>SSIM {n}</source>
        <translation>SSIM {n}</translation>
    </message>
    <message>
        <source>Seconds per MP</source>
        <translation>Sekunden je MP</translation>
    </message>
    <message>
        <source>Sheets of rain</source>
        <translation>Regenwände</translation>
    </message>
    <message>
        <source>So far</source>
        <translation>Bisher</translation>
    </message>
    <message>
        <source>Soft, out of focus</source>
        <translation>Weich, unscharf</translation>
    </message>
    <message>
        <source>Thick and short</source>
        <translation>Dick und kurz</translation>
    </message>
    <message>
        <source>Votes</source>
        <translation>Stimmen</translation>
    </message>
    <message>
        <source>What changed where no rain fell, in grey levels; smaller is better</source>
        <translation>Was sich änderte, wo kein Regen fiel, in Graustufen; kleiner ist besser</translation>
    </message>
    <message>
        <source>Where it rained: 100 % is perfect, 0 nothing, below 0 worse</source>
        <translation>Wo es regnete: 100 % ist vollkommen, 0 nichts, unter 0 schlechter</translation>
    </message>
    <message>
        <source>Where it rained: below 1 too little was taken, above 1 too much</source>
        <translation>Wo es regnete: unter 1 wurde zu wenig genommen, über 1 zu viel</translation>
    </message>
    <message>
        <source>difference left {share}</source>
        <translation>Rest-Unterschied {share}</translation>
    </message>
    <message>
        <source>fine rain removed {share}</source>
        <translation>feiner Regen entfernt {share}</translation>
    </message>
    <message>
        <source>flicker {change}</source>
        <translation>Flackern {change}</translation>
    </message>
    <message>
        <source>naturalness {change}</source>
        <translation>Natürlichkeit {change}</translation>
    </message>
    <message>
        <source>s per MP</source>
        <translation>s je MP</translation>
    </message>
    <message>
        <source>that could be chance</source>
        <translation>das könnte Zufall sein</translation>
    </message>
    <message>
        <source>that is hardly chance</source>
        <translation>das ist kaum Zufall</translation>
    </message>
    <message>
        <source>this photo</source>
        <translation>diesem Foto</translation>
    </message>
    <message>
        <source>{name} is nearly as good and {times} times as fast.</source>
        <translation>{name} ist fast so gut und {times}-mal so schnell.</translation>
    </message>
    <message>
        <source>{name} won {n} of {all} votes.</source>
        <translation>{name} gewann {n} von {all} Stimmen.</translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation>{n} %</translation>
    </message>
    <message>
        <source>{n} of {all}</source>
        <translation>{n} von {all}</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} s</translation>
    </message>
    <message>
        <source>{share} of the photo changed</source>
        <translation>{share} des Fotos geändert</translation>
    </message>
    <message>
        <source>{time} · worse than untouched</source>
        <translation>{time} · schlechter als unberührt</translation>
    </message>
    <message>
        <source>{time} · {share} changed</source>
        <translation>{time} · {share} geändert</translation>
    </message>
</context>
<context>
    <name>Comparing</name>
    <message>
        <source>Cannot be compared</source>
        <translation>Nicht zu vergleichen</translation>
    </message>
    <message>
        <source>Nine models are the most that can be compared at a time.</source>
        <translation>Höchstens neun Modelle können auf einmal verglichen werden.</translation>
    </message>
    <message>
        <source>Not compared yet</source>
        <translation>Noch nicht verglichen</translation>
    </message>
    <message>
        <source>Rainy</source>
        <translation>Verregnet</translation>
    </message>
    <message>
        <source>There is only one model. Add another to compare it with.</source>
        <translation>Es gibt nur ein Modell. Für einen Vergleich ein weiteres hinzufügen.</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Without rain</source>
        <translation>Ohne Regen</translation>
    </message>
    <message>
        <source>frame {n} of {all}</source>
        <translation>Bild {n} von {all}</translation>
    </message>
    <message>
        <source>its first picture</source>
        <translation>ihr erstes Bild</translation>
    </message>
    <message>
        <source>one frame, at {time}</source>
        <translation>ein Bild, bei {time}</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>{n} frames from {time}</source>
        <translation>{n} Bilder ab {time}</translation>
    </message>
</context>
<context>
    <name>Composition</name>
    <message>
        <source>Could not be repaired</source>
        <translation>Konnte nicht repariert werden</translation>
    </message>
    <message>
        <source>Derained</source>
        <translation>Entregnet</translation>
    </message>
    <message>
        <source>Derained and repaired</source>
        <translation>Entregnet und repariert</translation>
    </message>
    <message>
        <source>Derained, being repaired</source>
        <translation>Entregnet, wird repariert</translation>
    </message>
    <message>
        <source>Fine rain that remains</source>
        <translation>Feiner Regen, der bleibt</translation>
    </message>
    <message>
        <source>Halt the clip to see where fine rain remains</source>
        <translation>Den Clip anhalten, um zu sehen, wo feiner Regen bleibt</translation>
    </message>
    <message>
        <source>How much changed</source>
        <translation>Wie viel sich änderte</translation>
    </message>
    <message>
        <source>Looking for rain</source>
        <translation>Regen wird gesucht</translation>
    </message>
    <message>
        <source>No rain found</source>
        <translation>Kein Regen gefunden</translation>
    </message>
    <message>
        <source>Not measurable here</source>
        <translation>Hier nicht messbar</translation>
    </message>
    <message>
        <source>Nothing is repaired</source>
        <translation>Es wird nichts repariert</translation>
    </message>
    <message>
        <source>Only the rain</source>
        <translation>Nur der Regen</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Rainy</source>
        <translation>Verregnet</translation>
    </message>
    <message>
        <source>Repairing what is in sight</source>
        <translation>Was zu sehen ist, wird repariert</translation>
    </message>
    <message>
        <source>What became darker or brighter</source>
        <translation>Was dunkler oder heller wurde</translation>
    </message>
    <message>
        <source>What the repair changed: {n} % of the pixels</source>
        <translation>Was die Reparatur geändert hat: {n} % der Pixel</translation>
    </message>
    <message>
        <source>What was removed, ×{gain}</source>
        <translation>Was entfernt wurde, ×{gain}</translation>
    </message>
    <message>
        <source>Zoom in to see the repair</source>
        <translation>Zum Ansehen der Reparatur vergrößern</translation>
    </message>
</context>
<context>
    <name>Crash</name>
    <message>
        <source>Copy report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>It is also kept beside the log, as {name}.</source>
        <translation>Er liegt auch neben dem Protokoll, als {name}.</translation>
    </message>
    <message>
        <source>Show report</source>
        <translation>Bericht zeigen</translation>
    </message>
    <message>
        <source>Something unexpected happened.</source>
        <translation>Etwas Unerwartetes ist passiert.</translation>
    </message>
    <message>
        <source>Your files are not touched. You can go on, or copy a report for us. It names no file, folder or person.</source>
        <translation>Ihre Dateien sind unberührt. Sie können weitermachen oder einen Bericht für uns kopieren. Er nennt weder Dateien noch Ordner noch Personen.</translation>
    </message>
</context>
<context>
    <name>CurveView</name>
    <message>
        <source>0 min</source>
        <translation>0 min</translation>
    </message>
    <message>
        <source>Before teaching {before}, now {now}</source>
        <translation>Vor dem Anlernen {before}, jetzt {now}</translation>
    </message>
    <message>
        <source>Curve of the rain taken out</source>
        <translation>Kurve des entfernten Regens</translation>
    </message>
    <message>
        <source>before teaching: {share}</source>
        <translation>vor dem Anlernen: {share}</translation>
    </message>
    <message>
        <source>now {share}</source>
        <translation>jetzt {share}</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} min</translation>
    </message>
</context>
<context>
    <name>Disk</name>
    <message>
        <source>Folder for results</source>
        <translation>Ordner für Ergebnisse</translation>
    </message>
    <message>
        <source>Import a model</source>
        <translation>Modell importieren</translation>
    </message>
    <message>
        <source>Models (*.safetensors *.pth *.pt *.ckpt *.zip card.toml model_index.json);;All files (*)</source>
        <translation>Modelle (*.safetensors *.pth *.pt *.ckpt *.zip card.toml model_index.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open a folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Open photos and clips</source>
        <translation>Fotos und Clips öffnen</translation>
    </message>
</context>
<context>
    <name>DryNote</name>
    <message>
        <source>Copied, no rain found</source>
        <translation>Kopiert, kein Regen gefunden</translation>
    </message>
    <message>
        <source>I see rain: treat anyway</source>
        <translation>Ich sehe Regen: trotzdem entregnen</translation>
    </message>
    <message>
        <source>No rain found</source>
        <translation>Kein Regen gefunden</translation>
    </message>
    <message>
        <source>No rain found in this frame</source>
        <translation>In diesem Bild kein Regen gefunden</translation>
    </message>
    <message>
        <source>No rain found, saved unchanged</source>
        <translation>Kein Regen gefunden, unverändert gesichert</translation>
    </message>
    <message>
        <source>Takes out what looks like rain, however faint or rare it is</source>
        <translation>Nimmt heraus, was wie Regen aussieht, so schwach oder selten es auch ist</translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>Drop rainy photos or videos here</source>
        <translation>Verregnete Fotos oder Videos hierher ziehen</translation>
    </message>
    <message>
        <source>JPEG, PNG, TIFF, WebP, HEIC, AVIF · MP4, MOV, MKV, WebM · folders too</source>
        <translation>JPEG, PNG, TIFF, WebP, HEIC, AVIF · MP4, MOV, MKV, WebM · auch Ordner</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen…</translation>
    </message>
    <message>
        <source>Try a sample</source>
        <translation>Beispiel ausprobieren</translation>
    </message>
    <message>
        <source>Your originals are never changed. Nothing leaves this computer.</source>
        <translation>Ihre Originale werden nie verändert. Nichts verlässt diesen Computer.</translation>
    </message>
</context>
<context>
    <name>Ending</name>
    <message>
        <source>All done</source>
        <translation>Alles fertig</translation>
    </message>
    <message>
        <source>All done · {n} saved in {folder}</source>
        <translation>Alles fertig · {n} gesichert in {folder}</translation>
    </message>
    <message>
        <source>Nothing new</source>
        <translation>Nichts Neues</translation>
    </message>
    <message>
        <source>Nothing saved</source>
        <translation>Nichts gesichert</translation>
    </message>
    <message>
        <source>Try it again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Try the {n} again</source>
        <translation>Die {n} erneut versuchen</translation>
    </message>
    <message>
        <source>{n} copied (no rain found)</source>
        <translation>{n} kopiert (kein Regen gefunden)</translation>
    </message>
    <message>
        <source>{n} failed</source>
        <translation>{n} fehlgeschlagen</translation>
    </message>
    <message>
        <source>{n} saved</source>
        <translation>{n} gesichert</translation>
    </message>
    <message>
        <source>{n} skipped (exists already)</source>
        <translation>{n} übersprungen (schon vorhanden)</translation>
    </message>
    <message>
        <source>{n} stopped</source>
        <translation>{n} gestoppt</translation>
    </message>
</context>
<context>
    <name>FallsStep</name>
    <message>
        <source>Another photo</source>
        <translation>Anderes Foto</translation>
    </message>
    <message>
        <source>As it was found</source>
        <translation>Wie gefunden</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>Dichte</translation>
    </message>
    <message>
        <source>Drawn rain</source>
        <translation>Gezeichneter Regen</translation>
    </message>
    <message>
        <source>Drawn rain on a dry photo</source>
        <translation>Gezeichneter Regen auf einem trockenen Foto</translation>
    </message>
    <message>
        <source>Dry</source>
        <translation>Trocken</translation>
    </message>
    <message>
        <source>Finding out how it rains on your photos…</source>
        <translation>Es wird ermittelt, wie es auf Ihren Fotos regnet …</translation>
    </message>
    <message>
        <source>Haze</source>
        <translation>Dunst</translation>
    </message>
    <message>
        <source>Here you will see drawn rain like yours.</source>
        <translation>Hier sehen Sie bald gezeichneten Regen wie Ihren.</translation>
    </message>
    <message>
        <source>It is not known yet how it rains.</source>
        <translation>Wie es regnet, ist noch nicht bekannt.</translation>
    </message>
    <message>
        <source>Looking at your photos…</source>
        <translation>Ihre Fotos werden angesehen …</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Other drops</source>
        <translation>Andere Tropfen</translation>
    </message>
    <message>
        <source>Progress of finding out how it rains</source>
        <translation>Fortschritt beim Ermitteln des Regens</translation>
    </message>
    <message>
        <source>Rain is being drawn…</source>
        <translation>Regen wird gezeichnet …</translation>
    </message>
    <message>
        <source>Slant</source>
        <translation>Neigung</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Where drawn rain does not look like yours, change it here. It is learned from as you see it.</source>
        <translation>Wo der gezeichnete Regen nicht wie Ihrer aussieht, ändern Sie ihn hier. Gelernt wird, was Sie sehen.</translation>
    </message>
    <message>
        <source>Your photos</source>
        <translation>Ihre Fotos</translation>
    </message>
    <message>
        <source>Yours {real}, drawn {drawn}</source>
        <translation>Ihrer {real}, gezeichnet {drawn}</translation>
    </message>
</context>
<context>
    <name>FigureBar</name>
    <message>
        <source>Changed {n} % of the photo</source>
        <translation>{n} % des Fotos geändert</translation>
    </message>
    <message>
        <source>Changed: the share of the photo that looks different; less is better where there was little rain.</source>
        <translation>Geändert: der Anteil des Fotos, der anders aussieht; weniger ist besser, wo wenig Regen war.</translation>
    </message>
    <message>
        <source>Fine rain removed 100 %, perhaps more than rain</source>
        <translation>Feiner Regen entfernt: 100 %, vielleicht mehr als Regen</translation>
    </message>
    <message>
        <source>Fine rain removed {n} %</source>
        <translation>Feiner Regen entfernt: {n} %</translation>
    </message>
    <message>
        <source>Fine rain removed: how much of the fine streaks is gone; 75 % and more is good. Press 9 to see where not.</source>
        <translation>Feiner Regen entfernt: wie viel der feinen Streifen weg ist; ab 75 % ist es gut. Die Taste 9 zeigt, wo nicht.</translation>
    </message>
    <message>
        <source>Fine rain: cannot be measured here</source>
        <translation>Feiner Regen: hier nicht messbar</translation>
    </message>
    <message>
        <source>Halt the clip to measure what is in sight</source>
        <translation>Den Clip anhalten, um zu messen, was zu sehen ist</translation>
    </message>
    <message>
        <source>How much fine rain is gone is told from streaks that lie alike.</source>
        <translation>Wie viel feiner Regen weg ist, wird an Streifen gemessen, die gleich liegen.</translation>
    </message>
    <message>
        <source>Light taken out: how much darker the photo became in the mean, of 255 levels.</source>
        <translation>Licht entnommen: um wie viel das Foto im Mittel dunkler wurde, von 255 Stufen.</translation>
    </message>
    <message>
        <source>Measure against the same picture without rain</source>
        <translation>Gegen dasselbe Bild ohne Regen messen</translation>
    </message>
    <message>
        <source>Measure without that picture again</source>
        <translation>Wieder ohne dieses Bild messen</translation>
    </message>
    <message>
        <source>Measured on the preview, at the size in which it is seen.</source>
        <translation>Gemessen an der Vorschau, in der Größe, in der sie zu sehen ist.</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>Wird gemessen…</translation>
    </message>
    <message>
        <source>Natural: NIQE, smaller is better; sharp rain can score well too.</source>
        <translation>Natürlich: NIQE, kleiner ist besser; auch scharfer Regen kann gut abschneiden.</translation>
    </message>
    <message>
        <source>None stand out in this picture, as often at night, with drops or in a blur: only your eye can tell here.</source>
        <translation>In diesem Bild treten keine hervor, wie oft bei Nacht, bei Tropfen oder in Unschärfe: Hier kann nur das Auge urteilen.</translation>
    </message>
    <message>
        <source>PSNR {a} → {b} dB</source>
        <translation>PSNR {a} → {b} dB</translation>
    </message>
    <message>
        <source>Picture without rain…</source>
        <translation>Bild ohne Regen…</translation>
    </message>
    <message>
        <source>SSIM {a} → {b}</source>
        <translation>SSIM {a} → {b}</translation>
    </message>
    <message>
        <source>The same picture without rain</source>
        <translation>Dasselbe Bild ohne Regen</translation>
    </message>
    <message>
        <source>With a picture without rain – PSNR: 30 dB and more is good. SSIM: 0.9 and more. Rain removed: 100 % is all.</source>
        <translation>Mit einem Bild ohne Regen – PSNR: ab 30 dB ist es gut. SSIM: ab 0,9. Regen entfernt: 100 % ist alles.</translation>
    </message>
    <message>
        <source>Without it</source>
        <translation>Ohne es</translation>
    </message>
    <message>
        <source>elsewhere off by {n} levels</source>
        <translation>sonst um {n} Stufen daneben</translation>
    </message>
    <message>
        <source>light taken out: {n} grey levels</source>
        <translation>Licht entnommen: {n} Graustufen</translation>
    </message>
    <message>
        <source>looks more natural: {a} → {b}</source>
        <translation>wirkt natürlicher: {a} → {b}</translation>
    </message>
    <message>
        <source>naturalness {a} → {b}, lower is better</source>
        <translation>Natürlichkeit {a} → {b}, weniger ist besser</translation>
    </message>
    <message>
        <source>rain removed {n} %</source>
        <translation>Regen entfernt {n} %</translation>
    </message>
</context>
<context>
    <name>FlickerMeter</name>
    <message>
        <source>Derained</source>
        <translation>Entregnet</translation>
    </message>
    <message>
        <source>Flicker where nothing moves</source>
        <translation>Flackern, wo sich nichts bewegt</translation>
    </message>
    <message>
        <source>Flicker: how much the frames differ from one to the next where nothing moves, in grey levels of 255</source>
        <translation>Flackern: wie sehr sich die Bilder unterscheiden, wo sich nichts bewegt, in Graustufen von 255</translation>
    </message>
    <message>
        <source>Flicker: {words}</source>
        <translation>Flackern: {words}</translation>
    </message>
    <message>
        <source>Rainy</source>
        <translation>Verregnet</translation>
    </message>
    <message>
        <source>… and locked</source>
        <translation>… und beruhigt</translation>
    </message>
</context>
<context>
    <name>Frames</name>
    <message numerus="yes">
        <source>%n group(s) of numbered frames were opened as clips.</source>
        <translation>
            <numerusform>%n Gruppe nummerierter Bilder wurde als Clip geöffnet.</numerusform>
            <numerusform>%n Gruppen nummerierter Bilder wurden als Clips geöffnet.</numerusform>
        </translation>
    </message>
    <message>
        <source>As separate photos</source>
        <translation>Als einzelne Fotos</translation>
    </message>
    <message>
        <source>No photos or clips were found in that folder.</source>
        <translation>In diesem Ordner sind keine Fotos oder Clips.</translation>
    </message>
    <message>
        <source>Open as one clip</source>
        <translation>Als ein Clip öffnen</translation>
    </message>
    <message numerus="yes">
        <source>These %n photo(s) look like the frames of a clip.</source>
        <translation>
            <numerusform>Dieses %n Foto sieht aus wie das Bild eines Clips.</numerusform>
            <numerusform>Diese %n Fotos sehen aus wie die Bilder eines Clips.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name} is the first of %n numbered frame(s).</source>
        <translation>
            <numerusform>{name} ist das erste von %n nummerierten Bild.</numerusform>
            <numerusform>{name} ist das erste von %n nummerierten Bildern.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name}: %n numbered frame(s), opened as one clip.</source>
        <translation>
            <numerusform>{name}: %n nummeriertes Bild, als ein Clip geöffnet.</numerusform>
            <numerusform>{name}: %n nummerierte Bilder, als ein Clip geöffnet.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FramesBox</name>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Frames a second</source>
        <translation>Bilder pro Sekunde</translation>
    </message>
    <message>
        <source>Numbered frames</source>
        <translation>Nummerierte Bilder</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>The frames a second lie between 0.1 and 1000, such as 25 or 24000/1001.</source>
        <translation>Die Bilder pro Sekunde liegen zwischen 0,1 und 1000, zum Beispiel 25 oder 24000/1001.</translation>
    </message>
    <message>
        <source>What is written: numbered frames in a folder again, or a clip</source>
        <translation>Was geschrieben wird: wieder nummerierte Bilder in einem Ordner, oder ein Clip</translation>
    </message>
</context>
<context>
    <name>GatherStep</name>
    <message>
        <source>A folder of photos</source>
        <translation>Ein Ordner mit Fotos</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Add photos and clips…</source>
        <translation>Fotos und Clips hinzufügen …</translation>
    </message>
    <message>
        <source>At least 12 usable ones of different scenes; 30 or more teach more surely. A burst or a clip counts as one.</source>
        <translation>Mindestens 12 brauchbare von verschiedenen Szenen; ab 30 lernt es sicherer. Eine Serie oder ein Clip zählt als eines.</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>Choose photos and clips…</source>
        <translation>Fotos und Clips wählen …</translation>
    </message>
    <message>
        <source>Clip</source>
        <translation>Clip</translation>
    </message>
    <message>
        <source>Clips: {n}.</source>
        <translation>Clips: {n}.</translation>
    </message>
    <message>
        <source>Drop dry photos of scenes like yours here</source>
        <translation>Trockene Fotos von Szenen wie Ihren hier ablegen</translation>
    </message>
    <message>
        <source>Drop photos and clips of your rain here</source>
        <translation>Fotos und Clips von Ihrem Regen hier ablegen</translation>
    </message>
    <message>
        <source>Dry scenes of your own: {n}</source>
        <translation>Eigene trockene Szenen: {n}</translation>
    </message>
    <message>
        <source>Dry scenes that come with rainapp</source>
        <translation>Trockene Szenen, die rainapp mitbringt</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Weggelassen</translation>
    </message>
    <message>
        <source>Left out: {n}</source>
        <translation>Weggelassen: {n}</translation>
    </message>
    <message>
        <source>Looking at your photos: {n} of {all}</source>
        <translation>Ihre Fotos werden angesehen: {n} von {all}</translation>
    </message>
    <message>
        <source>Looking at your photos…</source>
        <translation>Ihre Fotos werden angesehen …</translation>
    </message>
    <message>
        <source>Model to teach</source>
        <translation>Modell, das lernt</translation>
    </message>
    <message>
        <source>Near duplicates that count as one with another: {n}.</source>
        <translation>Fast gleiche, die mit einem anderen als eines zählen: {n}.</translation>
    </message>
    <message>
        <source>Photos and clips</source>
        <translation>Fotos und Clips</translation>
    </message>
    <message>
        <source>Photos on which it rains are enough: nobody needs the same scene without rain.</source>
        <translation>Fotos, auf denen es regnet, genügen: Dieselbe Szene ohne Regen braucht es nicht.</translation>
    </message>
    <message>
        <source>Photos that are left out</source>
        <translation>Fotos, die weggelassen werden</translation>
    </message>
    <message>
        <source>Photos that count</source>
        <translation>Fotos, die zählen</translation>
    </message>
    <message>
        <source>Progress of looking</source>
        <translation>Fortschritt des Ansehens</translation>
    </message>
    <message>
        <source>Rain is drawn on them to learn from, and they show that nothing dry is harmed.</source>
        <translation>Auf ihnen wird Regen zum Lernen gezeichnet, und sie zeigen, dass Trockenes heil bleibt.</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Alle entfernen</translation>
    </message>
    <message>
        <source>They are learned from.</source>
        <translation>Von ihnen wird gelernt.</translation>
    </message>
    <message>
        <source>With fewer than {n} of your own, those below are learned from too.</source>
        <translation>Bei weniger als {n} eigenen wird auch von denen unten gelernt.</translation>
    </message>
    <message>
        <source>You may leave this out: 16 dry scenes come with rainapp.</source>
        <translation>Sie können das auslassen: rainapp bringt 16 trockene Szenen mit.</translation>
    </message>
    <message>
        <source>Yours are enough: these are not learned from.</source>
        <translation>Ihre genügen: Von diesen wird nicht gelernt.</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message numerus="yes">
        <source>%n core(s)</source>
        <translation>
            <numerusform>%n Kern</numerusform>
            <numerusform>%n Kerne</numerusform>
        </translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Choose the device automatically</source>
        <translation>Gerät automatisch wählen</translation>
    </message>
    <message>
        <source>Choose the engine automatically</source>
        <translation>Rechenwerk automatisch wählen</translation>
    </message>
    <message>
        <source>Device: {words}</source>
        <translation>Gerät: {words}</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>Seite</translation>
    </message>
    <message>
        <source>Processor only</source>
        <translation>Nur Prozessor</translation>
    </message>
    <message>
        <source>Where the work is done</source>
        <translation>Wo gerechnet wird</translation>
    </message>
    <message>
        <source>{gpu} lies idle</source>
        <translation>{gpu} liegt brach</translation>
    </message>
    <message>
        <source>{gpu} lies idle: this installation computes on the processor only. The manual says how to change that.</source>
        <translation>{gpu} liegt brach: Diese Installation rechnet nur auf dem Prozessor. Das Handbuch sagt, wie sich das ändern lässt.</translation>
    </message>
</context>
<context>
    <name>HelpedStep</name>
    <message>
        <source>Add rainy photos</source>
        <translation>Regenfotos hinzufügen</translation>
    </message>
    <message>
        <source>Before teaching</source>
        <translation>Vor dem Anlernen</translation>
    </message>
    <message>
        <source>How near known scenes come to the truth, so that nothing was forgotten. A change below 0.2 dB is not seen.</source>
        <translation>Wie nahe bekannte Szenen der Wahrheit kommen, damit nichts vergessen wird. Eine Änderung unter 0,2 dB sieht man nicht.</translation>
    </message>
    <message>
        <source>It helped with this rain.</source>
        <translation>Bei diesem Regen hat es geholfen.</translation>
    </message>
    <message>
        <source>It helped.</source>
        <translation>Es hat geholfen.</translation>
    </message>
    <message>
        <source>It is among your models, and can be chosen at once.</source>
        <translation>Es ist unter Ihren Modellen und kann sofort gewählt werden.</translation>
    </message>
    <message>
        <source>It is not better yet.</source>
        <translation>Es ist noch nicht besser.</translation>
    </message>
    <message>
        <source>Its name</source>
        <translation>Sein Name</translation>
    </message>
    <message>
        <source>Leave the vote</source>
        <translation>Abstimmung verlassen</translation>
    </message>
    <message>
        <source>More photos of other scenes, sharp streaks and more time help most. Your run stays under Runs.</source>
        <translation>Mehr Fotos anderer Szenen, scharfe Streifen und mehr Zeit helfen am meisten. Ihr Lauf bleibt unter „Läufe“.</translation>
    </message>
    <message>
        <source>My rain</source>
        <translation>Mein Regen</translation>
    </message>
    <message>
        <source>Name of the new model</source>
        <translation>Name des neuen Modells</translation>
    </message>
    <message>
        <source>Next photo</source>
        <translation>Nächstes Foto</translation>
    </message>
    <message>
        <source>No difference</source>
        <translation>Kein Unterschied</translation>
    </message>
    <message>
        <source>Other rain</source>
        <translation>Anderer Regen</translation>
    </message>
    <message>
        <source>Photo {n} of {all} that judged</source>
        <translation>Foto {n} von {all}, die geurteilt haben</translation>
    </message>
    <message>
        <source>Previous photo</source>
        <translation>Voriges Foto</translation>
    </message>
    <message>
        <source>Rain taken out of your photos</source>
        <translation>Aus Ihren Fotos entfernter Regen</translation>
    </message>
    <message>
        <source>Rainy</source>
        <translation>Verregnet</translation>
    </message>
    <message>
        <source>Taught</source>
        <translation>Angelernt</translation>
    </message>
    <message>
        <source>Teach on from it</source>
        <translation>Damit weiterlernen</translation>
    </message>
    <message>
        <source>That may be chance.</source>
        <translation>Das kann Zufall sein.</translation>
    </message>
    <message>
        <source>The share of fine rain that goes, on photos of yours that were kept aside until the end.</source>
        <translation>Der Anteil des feinen Regens, der verschwindet, auf Fotos von Ihnen, die bis zum Schluss beiseite lagen.</translation>
    </message>
    <message>
        <source>There are no pictures of this run.</source>
        <translation>Von diesem Lauf gibt es keine Bilder.</translation>
    </message>
    <message>
        <source>Vote without names</source>
        <translation>Ohne Namen abstimmen</translation>
    </message>
    <message>
        <source>You preferred the taught model on {taught} photos, the one before on {base}, neither on {none}.</source>
        <translation>Sie zogen das angelernte Modell auf {taught} Fotos vor, das vorige auf {base}, keines auf {none}.</translation>
    </message>
    <message>
        <source>{photo}: click the better one.</source>
        <translation>{photo}: Klicken Sie das bessere an.</translation>
    </message>
    <message>
        <source>{title}: before {before}, after {after}</source>
        <translation>{title}: vorher {before}, nachher {after}</translation>
    </message>
</context>
<context>
    <name>Inspector</name>
    <message>
        <source>Amount</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Beside</source>
        <translation>Daneben</translation>
    </message>
    <message>
        <source>Beside each photo</source>
        <translation>Neben jedem Foto</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Klären</translation>
    </message>
    <message>
        <source>Along the motion, with a net: slowest</source>
        <translation>Der Bewegung nach, mit Netz: am langsamsten</translation>
    </message>
    <message>
        <source>Along the motion: slower</source>
        <translation>Der Bewegung nach: langsamer</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Calm flicker</source>
        <translation>Flackern beruhigen</translation>
    </message>
    <message>
        <source>File name of results</source>
        <translation>Dateiname der Ergebnisse</translation>
    </message>
    <message>
        <source>Format of results</source>
        <translation>Format der Ergebnisse</translation>
    </message>
    <message>
        <source>Haze</source>
        <translation>Dunst</translation>
    </message>
    <message>
        <source>How flicker between the frames of a clip is calmed</source>
        <translation>Wie Flackern zwischen den Bildern eines Clips beruhigt wird</translation>
    </message>
    <message>
        <source>JPEG</source>
        <translation>JPEG</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Leave it as it is</source>
        <translation>Lassen, wie es ist</translation>
    </message>
    <message>
        <source>Where nothing moves: fast</source>
        <translation>Wo sich nichts bewegt: schnell</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>PNG</source>
        <translation>PNG</translation>
    </message>
    <message>
        <source>Same as source</source>
        <translation>Wie die Quelle</translation>
    </message>
    <message>
        <source>Save beside each photo again</source>
        <translation>Wieder neben jedem Foto sichern</translation>
    </message>
    <message>
        <source>Save to</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Settings of the photo</source>
        <translation>Einstellungen des Fotos</translation>
    </message>
    <message>
        <source>TIFF</source>
        <translation>TIFF</translation>
    </message>
    <message>
        <source>WebP</source>
        <translation>WebP</translation>
    </message>
</context>
<context>
    <name>ItemsModel</name>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n Bild</numerusform>
            <numerusform>%n Bilder</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ItemsView</name>
    <message>
        <source>Photos and clips</source>
        <translation>Fotos und Clips</translation>
    </message>
</context>
<context>
    <name>LearningStep</name>
    <message>
        <source> min</source>
        <translation> min</translation>
    </message>
    <message>
        <source>Beginning…</source>
        <translation>Es beginnt …</translation>
    </message>
    <message>
        <source>Derained</source>
        <translation>Entregnet</translation>
    </message>
    <message>
        <source>Ending with the best so far…</source>
        <translation>Endet mit dem Besten bis jetzt …</translation>
    </message>
    <message>
        <source>Here one of your photos will grow better.</source>
        <translation>Hier wird eines Ihrer Fotos besser.</translation>
    </message>
    <message>
        <source>Higher is better. Measured on {n} of your photos that it does not learn from.</source>
        <translation>Höher ist besser. Gemessen auf {n} Ihrer Fotos, von denen es nicht lernt.</translation>
    </message>
    <message>
        <source>It works on: {place}. You can go on using rainapp meanwhile.</source>
        <translation>Es arbeitet auf: {place}. Sie können rainapp dabei weiter benutzen.</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Minutes to teach</source>
        <translation>Minuten zum Anlernen</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>One of your photos, now</source>
        <translation>Eines Ihrer Fotos, jetzt</translation>
    </message>
    <message>
        <source>Photos to learn from: {learn}; to choose by: {choose}; to judge by at the end: {judge}.</source>
        <translation>Fotos zum Lernen: {learn}; zum Auswählen: {choose}; zum Urteilen am Ende: {judge}.</translation>
    </message>
    <message>
        <source>Progress of teaching</source>
        <translation>Fortschritt des Anlernens</translation>
    </message>
    <message>
        <source>Rain taken out of photos it does not learn from</source>
        <translation>Entfernter Regen auf Fotos, von denen es nicht lernt</translation>
    </message>
    <message>
        <source>Rainy</source>
        <translation>Verregnet</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Stopped at {share}. It goes on from there.</source>
        <translation>Angehalten bei {share}. Von dort geht es weiter.</translation>
    </message>
    <message>
        <source>Stopping after this step…</source>
        <translation>Hält nach diesem Schritt an …</translation>
    </message>
    <message>
        <source>Teaching has ended.</source>
        <translation>Das Anlernen ist beendet.</translation>
    </message>
    <message>
        <source>The curve begins with the first look at them.</source>
        <translation>Die Kurve beginnt mit dem ersten Blick auf sie.</translation>
    </message>
    <message>
        <source>The plan</source>
        <translation>Der Plan</translation>
    </message>
    <message>
        <source>Time it may take</source>
        <translation>Zeit, die es brauchen darf</translation>
    </message>
    <message>
        <source>at work</source>
        <translation>in Arbeit</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>step {n}</source>
        <translation>Schritt {n}</translation>
    </message>
    <message>
        <source>to do</source>
        <translation>noch zu tun</translation>
    </message>
    <message>
        <source>{n} of {all}</source>
        <translation>{n} von {all}</translation>
    </message>
    <message>
        <source>{n} of {all} min</source>
        <translation>{n} von {all} min</translation>
    </message>
    <message>
        <source>{n} steps/s</source>
        <translation>{n} Schritte/s</translation>
    </message>
    <message>
        <source>{rainy} rainy, {dry} dry</source>
        <translation>{rainy} verregnet, {dry} trocken</translation>
    </message>
</context>
<context>
    <name>LeftMap</name>
    <message>
        <source>Orange: fine rain, or upright edges of the scene. None is good.</source>
        <translation>Orange: feiner Regen oder aufrechte Kanten der Szene. Kein Orange ist gut.</translation>
    </message>
</context>
<context>
    <name>ListPanel</name>
    <message>
        <source>Drop more here, or paste</source>
        <translation>Weitere hierher ziehen oder einfügen</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Photos and clips</source>
        <translation>Fotos und Clips</translation>
    </message>
</context>
<context>
    <name>Loupe</name>
    <message>
        <source>Derained</source>
        <translation>Entregnet</translation>
    </message>
    <message>
        <source>Rainy</source>
        <translation>Verregnet</translation>
    </message>
    <message>
        <source>{x}, {y} · ×{n} · change {change}</source>
        <translation>{x}, {y} · ×{n} · Änderung {change}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Derain</source>
        <translation>Entregnen</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Teach</source>
        <translation>Anlernen</translation>
    </message>
    <message>
        <source>The report is on the clipboard.</source>
        <translation>Der Bericht ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>The window is too low for the measurements. Make it higher to see them.</source>
        <translation>Das Fenster ist zu niedrig für die Messwerte. Macht man es höher, sind sie zu sehen.</translation>
    </message>
    <message>
        <source>There is no photo on the clipboard.</source>
        <translation>In der Zwischenablage ist kein Foto.</translation>
    </message>
    <message>
        <source>Waits</source>
        <translation>Wartet</translation>
    </message>
</context>
<context>
    <name>Memory</name>
    <message>
        <source>What you do now may not be there next time: {why}</source>
        <translation>Was Sie jetzt tun, ist beim nächsten Mal vielleicht nicht mehr da: {why}</translation>
    </message>
    <message>
        <source>rainapp is open already. The list of this window will not be there next time.</source>
        <translation>rainapp ist schon offen. Die Liste dieses Fensters ist beim nächsten Mal nicht mehr da.</translation>
    </message>
</context>
<context>
    <name>ModelButton</name>
    <message>
        <source>Import one to begin</source>
        <translation>Zuerst eines importieren</translation>
    </message>
    <message>
        <source>Model: {title}</source>
        <translation>Modell: {title}</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>Kein Modell</translation>
    </message>
    <message>
        <source>{time} per MP</source>
        <translation>{time} je MP</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>All models are whole.</source>
        <translation>Alle Modelle sind unversehrt.</translation>
    </message>
    <message>
        <source>Check all</source>
        <translation>Alle prüfen</translation>
    </message>
    <message>
        <source>Checking all models…</source>
        <translation>Alle Modelle werden geprüft…</translation>
    </message>
    <message>
        <source>Checking {name}…</source>
        <translation>{name} wird geprüft…</translation>
    </message>
    <message>
        <source>Drop a model here: .safetensors, .pth, folder or zip. Nothing in it is run, and nothing is fetched.</source>
        <translation>Modell hier ablegen: .safetensors, .pth, Ordner oder Zip. Nichts darin wird ausgeführt und nichts wird nachgeladen.</translation>
    </message>
    <message>
        <source>Imported “{title}”.</source>
        <translation>„{title}“ importiert.</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren…</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>“{id}” was moved to the trash.</source>
        <translation>„{id}“ liegt im Papierkorb.</translation>
    </message>
</context>
<context>
    <name>NameLabel</name>
    <message>
        <source>Double-click to reset</source>
        <translation>Doppelklick setzt zurück</translation>
    </message>
</context>
<context>
    <name>News</name>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Read from what each package says of itself.</source>
        <translation>Gelesen aus dem, was jedes Paket über sich selbst sagt.</translation>
    </message>
    <message>
        <source>Show report</source>
        <translation>Bericht zeigen</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Was ist neu</translation>
    </message>
    <message>
        <source>rainapp ended unexpectedly the last time.</source>
        <translation>rainapp wurde beim letzten Mal unerwartet beendet.</translation>
    </message>
    <message>
        <source>rainapp is now version {version}.</source>
        <translation>rainapp ist jetzt Version {version}.</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>OwnBox</name>
    <message>
        <source>As all</source>
        <translation>Wie alle</translation>
    </message>
    <message>
        <source>Model, amount, haze, repair and what is between frames count for the selected files alone</source>
        <translation>Modell, Stärke, Dunst, Reparatur und was zwischen den Bildern geschieht gelten nur für die ausgewählten Dateien</translation>
    </message>
    <message>
        <source>Only for the selected</source>
        <translation>Nur für die ausgewählten</translation>
    </message>
    <message>
        <source>Only for this file</source>
        <translation>Nur für diese Datei</translation>
    </message>
    <message>
        <source>Use the settings of all files again</source>
        <translation>Wieder die Einstellungen aller Dateien verwenden</translation>
    </message>
</context>
<context>
    <name>PresetBox</name>
    <message>
        <source>Bring it back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>Name der Vorgabe</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Vorgaben</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Save these settings as</source>
        <translation>Diese Einstellungen sichern als</translation>
    </message>
    <message>
        <source>Save these settings…</source>
        <translation>Diese Einstellungen sichern…</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>The preset “{name}” is deleted.</source>
        <translation>Die Vorgabe „{name}“ ist gelöscht.</translation>
    </message>
</context>
<context>
    <name>Presets</name>
    <message>
        <source>Of this preset only the command line knows: {names}.</source>
        <translation>Von dieser Vorgabe kennt nur die Befehlszeile: {names}.</translation>
    </message>
    <message>
        <source>There is no model “{name}” here; the default one is used.</source>
        <translation>Ein Modell „{name}“ gibt es hier nicht; das übliche wird verwendet.</translation>
    </message>
    <message>
        <source>There is no repair model “{name}” here, so nothing is repaired.</source>
        <translation>Das Reparaturmodell „{name}“ gibt es hier nicht, deshalb wird nichts repariert.</translation>
    </message>
</context>
<context>
    <name>Questions</name>
    <message>
        <source>Derain all again</source>
        <translation>Alle noch einmal entregnen</translation>
    </message>
    <message>
        <source>Derain it again</source>
        <translation>Noch einmal entregnen</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>So lassen</translation>
    </message>
    <message>
        <source>Leave those</source>
        <translation>Diese so lassen</translation>
    </message>
    <message>
        <source>The answer is kept (Settings, Files).</source>
        <translation>Die Antwort wird gemerkt (Einstellungen, Dateien).</translation>
    </message>
    <message>
        <source>{name} is derained already.</source>
        <translation>{name} ist schon entregnet.</translation>
    </message>
    <message>
        <source>{n} of {total} are derained already.</source>
        <translation>{n} von {total} sind schon entregnet.</translation>
    </message>
</context>
<context>
    <name>Quitting</name>
    <message>
        <source>A model is being taught</source>
        <translation>Ein Modell wird angelernt</translation>
    </message>
    <message>
        <source>Photos are being derained</source>
        <translation>Fotos werden entregnet</translation>
    </message>
    <message>
        <source>Quit now? The teaching stops, and goes on next time where it was.</source>
        <translation>Jetzt beenden? Das Anlernen hält an und geht beim nächsten Mal dort weiter.</translation>
    </message>
    <message>
        <source>Quit now? What is done stays; the clip at work begins anew next time, as no part of it is finished yet.</source>
        <translation>Jetzt beenden? Was fertig ist, bleibt; der Clip in Arbeit beginnt nächstes Mal von vorn, denn noch ist kein Teil von ihm fertig.</translation>
    </message>
    <message>
        <source>Quit now? What is done stays; the clip at work goes on next time after what is finished of it.</source>
        <translation>Jetzt beenden? Was fertig ist, bleibt; der Clip in Arbeit geht nächstes Mal nach dem weiter, was von ihm fertig ist.</translation>
    </message>
    <message>
        <source>Quit now? What is done stays; the photo at work is left out.</source>
        <translation>Jetzt beenden? Was fertig ist, bleibt; das Foto in Arbeit entfällt.</translation>
    </message>
</context>
<context>
    <name>RecentMenu</name>
    <message>
        <source>Forget these</source>
        <translation>Diese vergessen</translation>
    </message>
    <message>
        <source>Open recent</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>{name} is not there any more: {folder}</source>
        <translation>{name} ist nicht mehr da: {folder}</translation>
    </message>
</context>
<context>
    <name>RepairBox</name>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>A generative model redraws what rain had covered, and nothing else</source>
        <translation>Ein generatives Modell zeichnet neu, was Regen verdeckt hatte, und sonst nichts</translation>
    </message>
    <message>
        <source>Automatic: {title}</source>
        <translation>Automatisch: {title}</translation>
    </message>
    <message>
        <source>Clips are not repaired: every frame would be redrawn in another way, and flicker.</source>
        <translation>Clips werden nicht repariert: Jedes Bild würde anders neu gezeichnet und es flackerte.</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>Voll</translation>
    </message>
    <message>
        <source>How far is repaired, in percent</source>
        <translation>Wie weit repariert wird, in Prozent</translation>
    </message>
    <message>
        <source>In grey levels of 255, over the whole photo</source>
        <translation>In Graustufen von 255, über das ganze Foto</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Leicht</translation>
    </message>
    <message>
        <source>Mean change, at most</source>
        <translation>Mittlere Änderung höchstens</translation>
    </message>
    <message>
        <source>More than this of a photo is never changed: above it the repair is weakened</source>
        <translation>Mehr als das wird von einem Foto nie geändert: Darüber wird die Reparatur abgeschwächt</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Pixels changed, at most</source>
        <translation>Geänderte Pixel höchstens</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Reparatur</translation>
    </message>
    <message>
        <source>There is nothing here that repairs. Import a repair model on the page Models.</source>
        <translation>Hier ist nichts, das repariert. Importieren Sie ein Reparaturmodell auf der Seite Modelle.</translation>
    </message>
    <message>
        <source>What repairs</source>
        <translation>Was repariert</translation>
    </message>
    <message>
        <source>Which model repairs; more can be imported on the page Models</source>
        <translation>Welches Modell repariert; weitere lassen sich auf der Seite Modelle importieren</translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation>{n} %</translation>
    </message>
    <message>
        <source>“{name}” is not there any more; choose another.</source>
        <translation>„{name}“ ist nicht mehr da; wählen Sie ein anderes.</translation>
    </message>
</context>
<context>
    <name>RepairWords</name>
    <message>
        <source>In {kept} of {windows} places it did not fit, and was left out.</source>
        <translation>An {kept} von {windows} Stellen passte sie nicht und wurde weggelassen.</translation>
    </message>
    <message>
        <source>It was weakened to {n} % to keep its limits.</source>
        <translation>Sie wurde auf {n} % abgeschwächt, um die Grenzen einzuhalten.</translation>
    </message>
    <message>
        <source>Nothing to repair: no rain was removed here.</source>
        <translation>Nichts zu reparieren: Hier wurde kein Regen entfernt.</translation>
    </message>
    <message>
        <source>The repair changed nothing here.</source>
        <translation>Die Reparatur hat hier nichts geändert.</translation>
    </message>
    <message>
        <source>What is in sight is being repaired…</source>
        <translation>Was zu sehen ist, wird repariert …</translation>
    </message>
    <message>
        <source>Zoom in to see the repair. The file is repaired as a whole.</source>
        <translation>Zum Ansehen der Reparatur vergrößern. Die Datei wird als Ganzes repariert.</translation>
    </message>
    <message>
        <source>{broken} pixels were left out, since it gave no number there.</source>
        <translation>{broken} Pixel blieben, wie sie waren, weil dort keine Zahl herauskam.</translation>
    </message>
    <message>
        <source>{n} % of the pixels in sight were redrawn.</source>
        <translation>{n} % der sichtbaren Pixel wurden neu gezeichnet.</translation>
    </message>
    <message>
        <source>{n} % of the pixels were redrawn.</source>
        <translation>{n} % der Pixel wurden neu gezeichnet.</translation>
    </message>
</context>
<context>
    <name>Returning</name>
    <message>
        <source> and {n} more</source>
        <translation> und {n} weitere</translation>
    </message>
    <message>
        <source>Damaged lines left out: {n}.</source>
        <translation>Beschädigte Zeilen ausgelassen: {n}.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weitermachen</translation>
    </message>
    <message>
        <source>Go on where you stopped?</source>
        <translation>Weitermachen, wo Sie aufgehört haben?</translation>
    </message>
    <message>
        <source>It was written by another version; what is not known here is left out.</source>
        <translation>Eine andere Version hat sie geschrieben; was hier nicht bekannt ist, fehlt.</translation>
    </message>
    <message>
        <source>Not there any more: {names}.</source>
        <translation>Nicht mehr da: {names}.</translation>
    </message>
    <message>
        <source>Open the list of last time?</source>
        <translation>Die Liste vom letzten Mal öffnen?</translation>
    </message>
    <message>
        <source>Ready again, as their results are gone: {n}.</source>
        <translation>Wieder bereit, weil ihre Ergebnisse fehlen: {n}.</translation>
    </message>
    <message>
        <source>Start fresh</source>
        <translation>Neu anfangen</translation>
    </message>
    <message>
        <source>The list of last time cannot be read; it is kept as {name}.</source>
        <translation>Die Liste vom letzten Mal lässt sich nicht lesen; sie liegt als {name} bereit.</translation>
    </message>
    <message>
        <source>Understood</source>
        <translation>Verstanden</translation>
    </message>
    <message>
        <source>What was painted over {names} is lost; what was at work there waits for you.</source>
        <translation>Was über {names} gemalt war, ist verloren; was dort in Arbeit war, wartet auf Sie.</translation>
    </message>
    <message>
        <source>{n} of {total} done.</source>
        <translation>{n} von {total} fertig.</translation>
    </message>
</context>
<context>
    <name>RunBar</name>
    <message>
        <source>At an amount of 0 nothing would change</source>
        <translation>Bei Stärke 0 würde sich nichts ändern</translation>
    </message>
    <message>
        <source>Derain</source>
        <translation>Entregnen</translation>
    </message>
    <message>
        <source>Derain again</source>
        <translation>Neu entregnen</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Progress of all files</source>
        <translation>Fortschritt aller Dateien</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Save only the rain of</source>
        <translation>Nur den Regen sichern von</translation>
    </message>
    <message>
        <source>Show results</source>
        <translation>Ergebnisse zeigen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Stop…</source>
        <translation>Stopp…</translation>
    </message>
    <message>
        <source>There is no model to derain with</source>
        <translation>Es gibt kein Modell zum Entregnen</translation>
    </message>
    <message>
        <source>Waits</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>etwa {time}</translation>
    </message>
    <message>
        <source>{n} cannot be read</source>
        <translation>{n} nicht lesbar</translation>
    </message>
    <message>
        <source>{n} of {total}</source>
        <translation>{n} von {total}</translation>
    </message>
    <message>
        <source>{n} outdated</source>
        <translation>{n} veraltet</translation>
    </message>
    <message>
        <source>{n} ready</source>
        <translation>{n} bereit</translation>
    </message>
    <message>
        <source>{n} to try again</source>
        <translation>{n} erneut zu versuchen</translation>
    </message>
</context>
<context>
    <name>RunsPanel</name>
    <message>
        <source>A run keeps copies of the photos it learns from. A model stays when its run is deleted.</source>
        <translation>Ein Lauf behält Kopien der Fotos, von denen er lernt. Ein Modell bleibt, wenn sein Lauf gelöscht wird.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weitermachen</translation>
    </message>
    <message>
        <source>Move the run {name} to the trash</source>
        <translation>Den Lauf {name} in den Papierkorb legen</translation>
    </message>
    <message>
        <source>No model has been taught yet. What you teach is listed here.</source>
        <translation>Noch wurde kein Modell angelernt. Was Sie anlernen, steht dann hier.</translation>
    </message>
    <message>
        <source>Open the folder of {name}</source>
        <translation>Den Ordner von {name} öffnen</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Show verdict</source>
        <translation>Urteil zeigen</translation>
    </message>
</context>
<context>
    <name>ScreenColours</name>
    <message>
        <source>{name} is no profile of a screen.</source>
        <translation>{name} ist kein Bildschirmprofil.</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>A mid grey helps when colours are judged.</source>
        <translation>Ein mittleres Grau hilft, Farben zu beurteilen.</translation>
    </message>
    <message>
        <source>A notification, when the window is not in front.</source>
        <translation>Eine Mitteilung, wenn das Fenster nicht vorn ist.</translation>
    </message>
    <message>
        <source>A video that is cancelled leaves what is done, named “… (unfinished)”.</source>
        <translation>Ein abgebrochenes Video hinterlässt den fertigen Teil als „… (unfinished)“.</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Über</translation>
    </message>
    <message>
        <source>Around the photo</source>
        <translation>Um das Foto</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>As the system says</source>
        <translation>Wie das System sagt</translation>
    </message>
    <message>
        <source>As the theme</source>
        <translation>Wie das Aussehen</translation>
    </message>
    <message>
        <source>Ask before quitting at work</source>
        <translation>Vor dem Beenden bei der Arbeit fragen</translation>
    </message>
    <message>
        <source>Ask once</source>
        <translation>Einmal fragen</translation>
    </message>
    <message>
        <source>Asks only while photos are being derained.</source>
        <translation>Fragt nur, während Fotos entregnet werden.</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Automatic takes what was measured fastest on this computer.</source>
        <translation>Automatisch nimmt, was auf diesem Computer am schnellsten war.</translation>
    </message>
    <message>
        <source>Automatic uses less only where the result was checked to be the same.</source>
        <translation>Automatisch rechnet nur dort gröber, wo das Ergebnis nachweislich dasselbe ist.</translation>
    </message>
    <message>
        <source>Beside the original</source>
        <translation>Neben dem Original</translation>
    </message>
    <message>
        <source>Camera data, captions and place of the photo.</source>
        <translation>Kameradaten, Beschriftung und Ort des Fotos.</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>Datei wählen…</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen…</translation>
    </message>
    <message>
        <source>Colour profiles (*.icc *.icm);;All files (*)</source>
        <translation>Farbprofile (*.icc *.icm);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Dark, light, or as the system is set.</source>
        <translation>Dunkel, hell oder wie das System eingestellt ist.</translation>
    </message>
    <message>
        <source>Derain the clip of motion photos</source>
        <translation>Den Clip bewegter Fotos entregnen</translation>
    </message>
    <message>
        <source>Deutsch</source>
        <translation>Deutsch</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Else it stays as it was. It takes as long as a short video.</source>
        <translation>Sonst bleibt er, wie er war. Es dauert so lange wie ein kurzes Video.</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Rechenwerk</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>Dateiname</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Folder for results</source>
        <translation>Ordner für Ergebnisse</translation>
    </message>
    <message>
        <source>For JPEG, WebP, HEIC and AVIF. Automatic is about the original&apos;s.</source>
        <translation>Für JPEG, WebP, HEIC und AVIF. Automatisch ist etwa die des Originals.</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Full (fp32)</source>
        <translation>Voll (fp32)</translation>
    </message>
    <message>
        <source>General</source>
        <translation>Allgemein</translation>
    </message>
    <message>
        <source>How this screen shows colours: what the system knows, or a file.</source>
        <translation>Wie dieser Bildschirm Farben zeigt: was das System weiß, oder eine Datei.</translation>
    </message>
    <message>
        <source>Icons: Lucide (ISC licence). Interface: Qt for Python (LGPL).</source>
        <translation>Symbole: Lucide (ISC-Lizenz). Oberfläche: Qt for Python (LGPL).</translation>
    </message>
    <message>
        <source>If the file exists</source>
        <translation>Wenn es die Datei gibt</translation>
    </message>
    <message>
        <source>Into one folder</source>
        <translation>In einen Ordner</translation>
    </message>
    <message>
        <source>JPEG</source>
        <translation>JPEG</translation>
    </message>
    <message>
        <source>Keep all</source>
        <translation>Alles behalten</translation>
    </message>
    <message>
        <source>Keep all but the place</source>
        <translation>Alles außer dem Ort behalten</translation>
    </message>
    <message>
        <source>Keep both: add a number</source>
        <translation>Beide behalten: Nummer anhängen</translation>
    </message>
    <message>
        <source>Keep the computer awake at work</source>
        <translation>Den Computer bei der Arbeit wach halten</translation>
    </message>
    <message>
        <source>Keep the part done</source>
        <translation>Fertigen Teil behalten</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Left, Right (with Shift: ten times)</source>
        <translation>Links, Rechts (mit Umschalt: zehnfach)</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Log: {path}</source>
        <translation>Protokoll: {path}</translation>
    </message>
    <message>
        <source>Looks</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Metadata</source>
        <translation>Metadaten</translation>
    </message>
    <message>
        <source>Mid grey</source>
        <translation>Mittelgrau</translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation>Foto verschieben</translation>
    </message>
    <message>
        <source>Move the swipe line</source>
        <translation>Wischlinie verschieben</translation>
    </message>
    <message>
        <source>Not known: sRGB</source>
        <translation>Nicht bekannt: sRGB</translation>
    </message>
    <message>
        <source>OpenVINO</source>
        <translation>OpenVINO</translation>
    </message>
    <message>
        <source>Overwrite the result</source>
        <translation>Ergebnis überschreiben</translation>
    </message>
    <message>
        <source>Overwriting never touches an original.</source>
        <translation>Überschreiben betrifft nie ein Original.</translation>
    </message>
    <message>
        <source>PNG</source>
        <translation>PNG</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Processor only</source>
        <translation>Nur Prozessor</translation>
    </message>
    <message>
        <source>PyTorch</source>
        <translation>PyTorch</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Alles entfernen</translation>
    </message>
    <message>
        <source>Same as source</source>
        <translation>Wie die Quelle</translation>
    </message>
    <message>
        <source>Save results</source>
        <translation>Ergebnisse sichern</translation>
    </message>
    <message>
        <source>Screen profile</source>
        <translation>Bildschirmprofil</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search in settings</source>
        <translation>In den Einstellungen suchen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Settings: {path}</source>
        <translation>Einstellungen: {path}</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Show the original while held</source>
        <translation>Original zeigen, solange gehalten</translation>
    </message>
    <message>
        <source>Shown after the next start.</source>
        <translation>Gilt nach dem nächsten Start.</translation>
    </message>
    <message>
        <source>Skip the photo</source>
        <translation>Foto überspringen</translation>
    </message>
    <message>
        <source>Sleep would halt a long clip.</source>
        <translation>Der Ruhezustand hielte einen langen Clip an.</translation>
    </message>
    <message>
        <source>Smaller needs less memory. Automatic shrinks by itself when memory runs out.</source>
        <translation>Kleiner braucht weniger Speicher. Automatisch verkleinert von selbst, wenn er ausgeht.</translation>
    </message>
    <message>
        <source>Space and drag, or the middle button</source>
        <translation>Leertaste und ziehen, oder mittlere Taste</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>TIFF</source>
        <translation>TIFF</translation>
    </message>
    <message>
        <source>Takes rain out of photos and videos. Your originals are never changed; nothing leaves this computer.</source>
        <translation>Nimmt Regen aus Fotos und Videos. Ihre Originale werden nie verändert; nichts verlässt diesen Computer.</translation>
    </message>
    <message>
        <source>Tell when a long batch is done</source>
        <translation>Melden, wenn ein langer Stapel fertig ist</translation>
    </message>
    <message>
        <source>The original is never touched.</source>
        <translation>Das Original bleibt unberührt.</translation>
    </message>
    <message>
        <source>The original&apos;s, or one for all results.</source>
        <translation>Das des Originals, oder eines für alle Ergebnisse.</translation>
    </message>
    <message>
        <source>The screen&apos;s profile</source>
        <translation>Profil des Bildschirms</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Tile size</source>
        <translation>Kachelgröße</translation>
    </message>
    <message>
        <source>Used when results go into one folder.</source>
        <translation>Gilt, wenn Ergebnisse in einen Ordner kommen.</translation>
    </message>
    <message>
        <source>WebP</source>
        <translation>WebP</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>Was ist neu</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Mausrad</translation>
    </message>
    <message>
        <source>Where the work is done: automatic, the processor, or a graphics card by number.</source>
        <translation>Wo gerechnet wird: automatisch, auf dem Prozessor oder einer Grafikkarte mit Nummer.</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>Am Zeiger vergrößern</translation>
    </message>
    <message>
        <source>bf16</source>
        <translation>bf16</translation>
    </message>
    <message>
        <source>fp16</source>
        <translation>fp16</translation>
    </message>
    <message>
        <source>{name} is the original&apos;s, {model} and {strength} say how it was made.</source>
        <translation>{name} ist der Name des Originals, {model} und {strength} sagen, wie es entstand.</translation>
    </message>
</context>
<context>
    <name>StepRow</name>
    <message>
        <source>Did it help?</source>
        <translation>Hat es geholfen?</translation>
    </message>
    <message>
        <source>Dry scenes</source>
        <translation>Trockene Szenen</translation>
    </message>
    <message>
        <source>How it rains</source>
        <translation>Wie es regnet</translation>
    </message>
    <message>
        <source>Teaching</source>
        <translation>Anlernen</translation>
    </message>
    <message>
        <source>Your rain</source>
        <translation>Ihr Regen</translation>
    </message>
</context>
<context>
    <name>StillRain</name>
    <message>
        <source>A part is painted, and only the rest or only that part is treated.</source>
        <translation>Ein Teil ist aufgemalt, und nur der Rest oder nur dieser Teil wird entregnet.</translation>
    </message>
    <message>
        <source>Fast or fine rain can differ in every frame, and what the model takes for the scene stays.</source>
        <translation>Schneller oder feiner Regen ist in jedem Bild anders, und was das Modell für die Szene hält, bleibt.</translation>
    </message>
    <message>
        <source>On the photos where that was measured it changed next to nothing; it may help where rain is left.</source>
        <translation>Auf den Fotos, an denen das gemessen wurde, änderte es fast nichts; es kann helfen, wo Regen übrig ist.</translation>
    </message>
    <message>
        <source>Still rain to be seen?</source>
        <translation>Noch Regen zu sehen?</translation>
    </message>
    <message>
        <source>The amount is below 100, so a part of the rain is kept.</source>
        <translation>Die Stärke ist unter 100, darum bleibt ein Teil des Regens.</translation>
    </message>
    <message>
        <source>The net goes over its own result again, in twice the time.</source>
        <translation>Das Netz geht noch einmal über sein eigenes Ergebnis, in der doppelten Zeit.</translation>
    </message>
    <message>
        <source>What the model cannot tell from the scene stays: very fine threads, drops on the lens, haze, splashes.</source>
        <translation>Was das Modell nicht von der Szene unterscheiden kann, bleibt: sehr feine Fäden, Tropfen auf der Linse, Dunst, Spritzer.</translation>
    </message>
</context>
<context>
    <name>TeachPage</name>
    <message>
        <source>Add to my models</source>
        <translation>Zu meinen Modellen</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Finding out how it rains…</source>
        <translation>Wie es regnet, wird ermittelt …</translation>
    </message>
    <message>
        <source>Go on teaching</source>
        <translation>Weiter anlernen</translation>
    </message>
    <message>
        <source>Go on with it</source>
        <translation>Weitermachen</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Später</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Now see whether it helped.</source>
        <translation>Sehen Sie nun, ob es geholfen hat.</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>Start teaching</source>
        <translation>Anlernen beginnen</translation>
    </message>
    <message>
        <source>Stop and keep the best</source>
        <translation>Beenden und das Beste behalten</translation>
    </message>
    <message>
        <source>Teach another</source>
        <translation>Ein weiteres anlernen</translation>
    </message>
    <message>
        <source>Teach it your rain</source>
        <translation>Lehren Sie es Ihren Regen</translation>
    </message>
    <message>
        <source>The teaching of “{name}” was not finished.</source>
        <translation>Das Anlernen von „{name}“ wurde nicht beendet.</translation>
    </message>
    <message>
        <source>Use it on my photos</source>
        <translation>Auf meine Fotos anwenden</translation>
    </message>
    <message>
        <source>Why not yet</source>
        <translation>Warum noch nicht</translation>
    </message>
    <message>
        <source>You can close the window; it goes on next time where it was.</source>
        <translation>Sie können das Fenster schließen; nächstes Mal geht es dort weiter.</translation>
    </message>
</context>
<context>
    <name>TeachState</name>
    <message>
        <source>It can be gone on with.</source>
        <translation>Es lässt sich fortsetzen.</translation>
    </message>
    <message>
        <source>None of the models can be taught.</source>
        <translation>Keines der Modelle kann angelernt werden.</translation>
    </message>
    <message>
        <source>Not there any more, and left out: {names}.</source>
        <translation>Nicht mehr da und weggelassen: {names}.</translation>
    </message>
    <message>
        <source>Use one that comes with rainapp.</source>
        <translation>Nehmen Sie eines, das rainapp mitbringt.</translation>
    </message>
    <message>
        <source>What teaches has ended unexpectedly.</source>
        <translation>Das Anlernen hat unerwartet geendet.</translation>
    </message>
</context>
<context>
    <name>Teaching</name>
    <message>
        <source>Added to the models</source>
        <translation>Unter den Modellen</translation>
    </message>
    <message>
        <source>At work</source>
        <translation>In Arbeit</translation>
    </message>
    <message>
        <source>Begun</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>Cannot be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Choose how much of it to take over</source>
        <translation>Wählen, wie viel davon übernommen wird</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>Drawn rain is as like yours as your photos are like one another.</source>
        <translation>Gezeichneter Regen gleicht Ihrem so sehr, wie Ihre Fotos einander gleichen.</translation>
    </message>
    <message>
        <source>Drawn rain is like yours only roughly. Teaching may help less.</source>
        <translation>Gezeichneter Regen gleicht Ihrem nur grob. Das Anlernen hilft vielleicht weniger.</translation>
    </message>
    <message>
        <source>Drawn rain is like yours, though not quite as your photos are like one another.</source>
        <translation>Gezeichneter Regen gleicht Ihrem, doch nicht ganz so, wie Ihre Fotos einander gleichen.</translation>
    </message>
    <message>
        <source>Drawn rain was fitted to yours.</source>
        <translation>Gezeichneter Regen wurde Ihrem angepasst.</translation>
    </message>
    <message>
        <source>Find out how it rains</source>
        <translation>Ermitteln, wie es regnet</translation>
    </message>
    <message>
        <source>How bright it is</source>
        <translation>Wie hell er ist</translation>
    </message>
    <message>
        <source>How far they slant</source>
        <translation>Wie sehr sie sich neigen</translation>
    </message>
    <message>
        <source>How long the streaks are</source>
        <translation>Wie lang die Streifen sind</translation>
    </message>
    <message>
        <source>How much of the photo is rain</source>
        <translation>Wie viel vom Foto Regen ist</translation>
    </message>
    <message>
        <source>How wide the streaks are</source>
        <translation>Wie breit die Streifen sind</translation>
    </message>
    <message>
        <source>It did not help</source>
        <translation>Es hat nicht geholfen</translation>
    </message>
    <message>
        <source>It helped with this rain only; not added yet</source>
        <translation>Es hat nur bei diesem Regen geholfen; noch nicht übernommen</translation>
    </message>
    <message>
        <source>It helped; not added yet</source>
        <translation>Es hat geholfen; noch nicht übernommen</translation>
    </message>
    <message>
        <source>It rains here</source>
        <translation>Hier regnet es</translation>
    </message>
    <message>
        <source>Learn from drawn rain like yours</source>
        <translation>Von gezeichnetem Regen wie Ihrem lernen</translation>
    </message>
    <message>
        <source>Look at photos it has not seen</source>
        <translation>Fotos ansehen, die es nicht kennt</translation>
    </message>
    <message>
        <source>Look at your photos</source>
        <translation>Ihre Fotos ansehen</translation>
    </message>
    <message>
        <source>No rain was found</source>
        <translation>Kein Regen gefunden</translation>
    </message>
    <message>
        <source>Rain found, not taught yet</source>
        <translation>Regen ermittelt, noch nicht angelernt</translation>
    </message>
    <message>
        <source>Stopped while teaching</source>
        <translation>Beim Anlernen angehalten</translation>
    </message>
    <message>
        <source>The same as another</source>
        <translation>Gleich wie ein anderes</translation>
    </message>
    <message>
        <source>Too small</source>
        <translation>Zu klein</translation>
    </message>
    <message>
        <source>Usable: {n} of at least {least}. Add {missing} more.</source>
        <translation>Brauchbar: {n} von mindestens {least}. Es fehlen noch {missing}.</translation>
    </message>
    <message>
        <source>Usable: {n}, but only {clear} with streaks of one direction, and {least} are needed to judge by.</source>
        <translation>Brauchbar: {n}, aber nur {clear} mit Streifen einer Richtung, und {least} braucht es zum Urteilen.</translation>
    </message>
    <message>
        <source>Usable: {n}. That is enough to begin; more photos teach more surely.</source>
        <translation>Brauchbar: {n}. Das genügt für den Anfang; mit mehr Fotos lernt es sicherer.</translation>
    </message>
    <message>
        <source>Usable: {n}. That is plenty.</source>
        <translation>Brauchbar: {n}. Das ist reichlich.</translation>
    </message>
    <message>
        <source>processor, {n} threads</source>
        <translation>Prozessor, Threads: {n}</translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation>{n} %</translation>
    </message>
    <message>
        <source>{n} dB</source>
        <translation>{n} dB</translation>
    </message>
</context>
<context>
    <name>TroublePane</name>
    <message>
        <source>As separate photos</source>
        <translation>Als einzelne Fotos</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Open it anyway</source>
        <translation>Trotzdem öffnen</translation>
    </message>
    <message>
        <source>Remove from list</source>
        <translation>Aus der Liste nehmen</translation>
    </message>
    <message>
        <source>Save elsewhere…</source>
        <translation>Anderswo sichern…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Nochmal versuchen</translation>
    </message>
    <message>
        <source>Try on CPU</source>
        <translation>Auf dem Prozessor versuchen</translation>
    </message>
    <message>
        <source>Use the default model</source>
        <translation>Standardmodell nehmen</translation>
    </message>
</context>
<context>
    <name>Troubles</name>
    <message>
        <source>A CRF of {crf} is not possible with {encoder}.</source>
        <translation>Ein CRF von {crf} ist mit {encoder} nicht möglich.</translation>
    </message>
    <message>
        <source>A comparison cannot be written as “{suffix}”.</source>
        <translation>Ein Vergleich kann nicht als „{suffix}“ geschrieben werden.</translation>
    </message>
    <message>
        <source>A model has a card and weights.</source>
        <translation>Ein Modell hat eine Karte und Gewichte.</translation>
    </message>
    <message>
        <source>A model is a folder with a card and its weights.</source>
        <translation>Ein Modell ist ein Ordner mit einer Karte und den Gewichten.</translation>
    </message>
    <message>
        <source>A pattern such as frame_%04d.png stands for frame_0001.png, frame_0002.png, …</source>
        <translation>Ein Muster wie frame_%04d.png steht für frame_0001.png, frame_0002.png, …</translation>
    </message>
    <message>
        <source>A result of the comparison is gone.</source>
        <translation>Ein Ergebnis des Vergleichs ist nicht mehr da.</translation>
    </message>
    <message>
        <source>A {format} file cannot hold {codec}.</source>
        <translation>Eine Datei im Format {format} fasst {codec} nicht.</translation>
    </message>
    <message>
        <source>Add the missing frames, or derain the pictures as photos.</source>
        <translation>Ergänzen Sie die fehlenden Bilder, oder entregnen Sie die Bilder als Fotos.</translation>
    </message>
    <message>
        <source>An animation is not written as {suffix}.</source>
        <translation>Ein bewegtes Bild wird nicht als {suffix} geschrieben.</translation>
    </message>
    <message>
        <source>An id has letters, digits, “-”, “_” and “.”, begins with a letter or a digit, and has at most 64 characters.</source>
        <translation>Eine Kennung hat Buchstaben, Ziffern, „-“, „_“ und „.“, beginnt mit einem Buchstaben oder einer Ziffer und hat höchstens 64 Zeichen.</translation>
    </message>
    <message>
        <source>Ask for permission to read it.</source>
        <translation>Bitten Sie um das Recht, die Datei zu lesen.</translation>
    </message>
    <message>
        <source>Ask its author for the state dict, or for safetensors.</source>
        <translation>Bitten Sie den Urheber um das state dict oder um safetensors.</translation>
    </message>
    <message>
        <source>At most {gigabytes} GB are allowed here; make it smaller first if the photo is real.</source>
        <translation>Höchstens {gigabytes} GB sind hier erlaubt; verkleinern Sie das Foto zuerst, wenn es echt ist.</translation>
    </message>
    <message>
        <source>Both must show the same at the same size.</source>
        <translation>Beide müssen dasselbe in derselben Größe zeigen.</translation>
    </message>
    <message>
        <source>Both must show the same picture at the same size.</source>
        <translation>Beide müssen dasselbe Bild in derselben Größe zeigen.</translation>
    </message>
    <message>
        <source>Check space and permissions.</source>
        <translation>Prüfen Sie Platz und Rechte.</translation>
    </message>
    <message>
        <source>Check the disk it is on.</source>
        <translation>Prüfen Sie den Datenträger, auf dem die Datei liegt.</translation>
    </message>
    <message>
        <source>Check the disk, then try again.</source>
        <translation>Prüfen Sie den Datenträger, und versuchen Sie es dann noch einmal.</translation>
    </message>
    <message>
        <source>Choose 0 to {worst}; lower is better.</source>
        <translation>Wählen Sie 0 bis {worst}; kleiner ist besser.</translation>
    </message>
    <message>
        <source>Choose PNG or TIFF.</source>
        <translation>Wählen Sie PNG oder TIFF.</translation>
    </message>
    <message>
        <source>Choose a clip with a video stream.</source>
        <translation>Wählen Sie einen Clip mit Bildspur.</translation>
    </message>
    <message>
        <source>Choose a file that ends in .icc or .icm.</source>
        <translation>Wählen Sie eine Datei, die auf .icc oder .icm endet.</translation>
    </message>
    <message>
        <source>Choose a folder you may write to.</source>
        <translation>Wählen Sie einen Ordner, in den Sie schreiben dürfen.</translation>
    </message>
    <message>
        <source>Choose a mask that was made for this photo.</source>
        <translation>Wählen Sie eine Maske, die für dieses Foto gemacht wurde.</translation>
    </message>
    <message>
        <source>Choose a photo or a video.</source>
        <translation>Wählen Sie ein Foto oder ein Video.</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Wählen Sie einen kürzeren Namen.</translation>
    </message>
    <message>
        <source>Choose another codec or format.</source>
        <translation>Wählen Sie einen anderen Codec oder ein anderes Format.</translation>
    </message>
    <message>
        <source>Choose another default instead.</source>
        <translation>Wählen Sie stattdessen ein anderes als Vorgabe.</translation>
    </message>
    <message>
        <source>Choose another disk or a format that compresses more.</source>
        <translation>Wählen Sie einen anderen Datenträger oder ein Format, das stärker packt.</translation>
    </message>
    <message>
        <source>Choose another folder with --models-dir.</source>
        <translation>Wählen Sie mit --models-dir einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Choose another id with --id, or remove that model first.</source>
        <translation>Wählen Sie mit --id eine andere Kennung, oder entfernen Sie jenes Modell zuerst.</translation>
    </message>
    <message>
        <source>Choose another in the settings under Looks.</source>
        <translation>Wählen Sie ein anderes in den Einstellungen unter Aussehen.</translation>
    </message>
    <message>
        <source>Choose another model, or keep the veil.</source>
        <translation>Wählen Sie ein anderes Modell, oder behalten Sie den Schleier.</translation>
    </message>
    <message>
        <source>Choose another name or folder.</source>
        <translation>Wählen Sie einen anderen Namen oder Ordner.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Choose another part.</source>
        <translation>Wählen Sie einen anderen Teil.</translation>
    </message>
    <message>
        <source>Choose jpg, png, tif, webp, bmp, heic or avif.</source>
        <translation>Wählen Sie jpg, png, tif, webp, bmp, heic oder avif.</translation>
    </message>
    <message>
        <source>Choose one of {known}, or another format.</source>
        <translation>Wählen Sie eines von {known} oder ein anderes Format.</translation>
    </message>
    <message>
        <source>Choose one of {known}.</source>
        <translation>Wählen Sie eines von {known}.</translation>
    </message>
    <message>
        <source>Choose the device cpu, or the engine torch.</source>
        <translation>Wählen Sie das Gerät cpu oder die Maschine torch.</translation>
    </message>
    <message>
        <source>Choose the device cpu.</source>
        <translation>Wählen Sie das Gerät cpu.</translation>
    </message>
    <message>
        <source>Choose the mask again.</source>
        <translation>Wählen Sie die Maske noch einmal.</translation>
    </message>
    <message>
        <source>Choose the precision auto or fp32.</source>
        <translation>Wählen Sie die Genauigkeit auto oder fp32.</translation>
    </message>
    <message>
        <source>Choose the precision auto.</source>
        <translation>Wählen Sie die Genauigkeit auto.</translation>
    </message>
    <message>
        <source>Choose {known}.</source>
        <translation>Wählen Sie {known}.</translation>
    </message>
    <message>
        <source>Clips cannot be written as {suffix}.</source>
        <translation>Clips können nicht als {suffix} geschrieben werden.</translation>
    </message>
    <message>
        <source>Close other programs and try again.</source>
        <translation>Schließen Sie andere Programme und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Close other programs, or calm the clip with “best”.</source>
        <translation>Schließen Sie andere Programme, oder beruhigen Sie den Clip mit „best“.</translation>
    </message>
    <message>
        <source>Close other programs, or choose smaller tiles.</source>
        <translation>Schließen Sie andere Programme, oder wählen Sie kleinere Kacheln.</translation>
    </message>
    <message>
        <source>Compare again.</source>
        <translation>Vergleichen Sie noch einmal.</translation>
    </message>
    <message>
        <source>Convert it to HDR10 or SDR first.</source>
        <translation>Vorher in HDR10 oder SDR umwandeln.</translation>
    </message>
    <message>
        <source>Convert it to JPEG or PNG, or install rainapp with all it needs.</source>
        <translation>In JPEG oder PNG umwandeln, oder rainapp mit allem Nötigen installieren.</translation>
    </message>
    <message>
        <source>Convert it to MP4 first.</source>
        <translation>Wandeln Sie den Clip zuerst in MP4 um.</translation>
    </message>
    <message>
        <source>Copy it again from where it came from.</source>
        <translation>Kopieren Sie die Datei noch einmal von ihrer Quelle.</translation>
    </message>
    <message>
        <source>Copy it again.</source>
        <translation>Kopieren Sie die Datei noch einmal.</translation>
    </message>
    <message>
        <source>Correct the card, or import the model again.</source>
        <translation>Berichtigen Sie die Karte, oder importieren Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <source>Delete the folder {folder} by hand.</source>
        <translation>Löschen Sie den Ordner {folder} von Hand.</translation>
    </message>
    <message>
        <source>Derain the original again.</source>
        <translation>Entregnen Sie das Original noch einmal.</translation>
    </message>
    <message>
        <source>Derain them one by one.</source>
        <translation>Entregnen Sie sie einzeln.</translation>
    </message>
    <message>
        <source>Develop it to TIFF or JPEG first.</source>
        <translation>Entwickeln Sie sie zuerst zu TIFF oder JPEG.</translation>
    </message>
    <message>
        <source>Fetch it again.</source>
        <translation>Holen Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>Fetch the file again.</source>
        <translation>Holen Sie die Datei noch einmal.</translation>
    </message>
    <message>
        <source>Fetch the model again.</source>
        <translation>Holen Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <source>Frames are named such as frame_0001.png, frame_0002.png, …</source>
        <translation>Bilder eines Clips heißen zum Beispiel frame_0001.png, frame_0002.png, …</translation>
    </message>
    <message>
        <source>Frames of a sequence are of one size; derain these pictures as photos.</source>
        <translation>Die Bilder eines Clips haben eine Größe; entregnen Sie diese Bilder als Fotos.</translation>
    </message>
    <message>
        <source>Free some space and start it again: {goes_on}.</source>
        <translation>Schaffen Sie Platz und beginnen Sie noch einmal: {goes_on}.</translation>
    </message>
    <message>
        <source>Free some space at {folder}.</source>
        <translation>Schaffen Sie Platz in {folder}.</translation>
    </message>
    <message>
        <source>Free some space or choose another folder.</source>
        <translation>Schaffen Sie Platz, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Free some space: it then goes on by itself.</source>
        <translation>Schaffen Sie Platz: Dann geht es von selbst weiter.</translation>
    </message>
    <message>
        <source>Further pictures in the file (second view, preview) are left out.</source>
        <translation>Weitere Bilder in der Datei (zweite Ansicht, Vorschau) entfallen.</translation>
    </message>
    <message>
        <source>Give a model file or a model folder.</source>
        <translation>Geben Sie eine Modelldatei oder einen Modellordner an.</translation>
    </message>
    <message>
        <source>If it holds a checkpoint, unpack it and import that file.</source>
        <translation>Wenn ein Checkpoint darin ist, entpacken Sie ihn und importieren Sie jene Datei.</translation>
    </message>
    <message>
        <source>Import one: `rainapp models import FILE`. Looked in {bundled} and {user}.</source>
        <translation>Importieren Sie eines: `rainapp models import DATEI`. Gesucht wurde in {bundled} und {user}.</translation>
    </message>
    <message>
        <source>Import the model again.</source>
        <translation>Importieren Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <source>Install it (`pip install openvino`) or use the engine torch.</source>
        <translation>Installieren Sie es (`pip install openvino`), oder nehmen Sie die Maschine torch.</translation>
    </message>
    <message>
        <source>It cannot be read.</source>
        <translation>Die Datei kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>It holds text; playlists and lists of other files are not followed.</source>
        <translation>Sie enthält Text; Wiedergabelisten und Listen anderer Dateien wird nicht gefolgt.</translation>
    </message>
    <message>
        <source>It is damaged.</source>
        <translation>Die Datei ist beschädigt.</translation>
    </message>
    <message>
        <source>It is damaged; copy it again.</source>
        <translation>Die Datei ist beschädigt; kopieren Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>It looks like a decompression bomb and was not opened.</source>
        <translation>Das sieht nach einer Dekompressionsbombe aus und wurde nicht geöffnet.</translation>
    </message>
    <message>
        <source>It may have been moved or renamed.</source>
        <translation>Vielleicht wurde die Datei verschoben oder umbenannt.</translation>
    </message>
    <message>
        <source>It needs a picture of the same name.</source>
        <translation>Er braucht ein Bild mit demselben Namen.</translation>
    </message>
    <message>
        <source>It was stopped after {seconds} s of the processor&apos;s time.</source>
        <translation>Nach {seconds} s Rechenzeit wurde es abgebrochen.</translation>
    </message>
    <message>
        <source>Its index is missing, as after a broken recording or copy; copy it again, or repair it with a recovery tool.</source>
        <translation>Ihr Verzeichnis fehlt, wie nach einer abgebrochenen Aufnahme oder Kopie; kopieren Sie sie noch einmal, oder reparieren Sie sie mit einem Rettungsprogramm.</translation>
    </message>
    <message>
        <source>Its weights may be damaged.</source>
        <translation>Seine Gewichte sind vielleicht beschädigt.</translation>
    </message>
    <message>
        <source>Known are {known}.</source>
        <translation>Bekannt sind {known}.</translation>
    </message>
    <message>
        <source>Known: {names}.</source>
        <translation>Bekannt: {names}.</translation>
    </message>
    <message>
        <source>Leave it out, or choose h264, hevc, av1 or vp9.</source>
        <translation>Lassen Sie ihn weg, oder wählen Sie h264, hevc, av1 oder vp9.</translation>
    </message>
    <message>
        <source>Looked in {folder}.</source>
        <translation>Gesucht wurde in {folder}.</translation>
    </message>
    <message>
        <source>Make the folder or choose another one.</source>
        <translation>Legen Sie den Ordner an, oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>Make them agree.</source>
        <translation>Bringen Sie beides in Einklang.</translation>
    </message>
    <message>
        <source>Memory ran out even with tiles of {pixels} pixels.</source>
        <translation>Der Speicher reicht selbst für Kacheln von {pixels} Pixeln nicht.</translation>
    </message>
    <message>
        <source>Memory ran out while frames were fused.</source>
        <translation>Der Speicher ging beim Verschmelzen der Bilder aus.</translation>
    </message>
    <message>
        <source>Models come as .safetensors, as a .pth, .pt or .ckpt state dict, or as a model folder or zip.</source>
        <translation>Modelle kommen als .safetensors, als state dict (.pth, .pt, .ckpt) oder als Modellordner oder ZIP.</translation>
    </message>
    <message>
        <source>No engine can run this model.</source>
        <translation>Keine Maschine kann dieses Modell rechnen.</translation>
    </message>
    <message>
        <source>No rain was found in the clip of the motion photo; it was kept as it is.</source>
        <translation>Im Clip des bewegten Fotos wurde kein Regen gefunden; er blieb, wie er ist.</translation>
    </message>
    <message>
        <source>No rain was found in {frames} frames from all over the clip.</source>
        <translation>In {frames} Bildern aus dem ganzen Clip wurde kein Regen gefunden.</translation>
    </message>
    <message>
        <source>Nothing of it was unpacked.</source>
        <translation>Nichts davon wurde entpackt.</translation>
    </message>
    <message>
        <source>Open it only if you know it (on the command line with --allow-large).</source>
        <translation>Nur öffnen, wenn Sie die Datei kennen (auf der Kommandozeile mit --allow-large).</translation>
    </message>
    <message>
        <source>OpenVINO cannot convert this model.</source>
        <translation>OpenVINO kann dieses Modell nicht umwandeln.</translation>
    </message>
    <message>
        <source>PReNet, PReNet_r, PRN, PRN_r, BRN, RCDNet and rainapp&apos;s own nets can be imported.</source>
        <translation>PReNet, PReNet_r, PRN, PRN_r, BRN, RCDNet und eigene Netze von rainapp können importiert werden.</translation>
    </message>
    <message>
        <source>Something unexpected happened.</source>
        <translation>Etwas Unerwartetes ist passiert.</translation>
    </message>
    <message>
        <source>Start the program anew and try again; if it comes back, the log holds the details.</source>
        <translation>Starten Sie das Programm neu und versuchen Sie es noch einmal; kommt es wieder, stehen die Einzelheiten im Protokoll.</translation>
    </message>
    <message>
        <source>The log holds the details, please report them: {file}</source>
        <translation>Einzelheiten stehen im Protokoll, bitte melden Sie sie: {file}</translation>
    </message>
    <message>
        <source>The mask cannot be read: {reason}.</source>
        <translation>Die Maske kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>The weights of “{model}” cannot be read: {reason}.</source>
        <translation>Die Gewichte von „{model}“ können nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>{name} cannot be written: the encoder {encoder} refused.</source>
        <translation>{name} kann nicht geschrieben werden: Der Kodierer {encoder} hat abgelehnt.</translation>
    </message>
    <message>
        <source>OpenVINO is not installed.</source>
        <translation>OpenVINO ist nicht installiert.</translation>
    </message>
    <message>
        <source>A clip cannot be repaired: every frame would be redrawn in another way, and flicker.</source>
        <translation>Ein Video kann nicht repariert werden: Jedes Bild würde anders neu gezeichnet und es flackerte.</translation>
    </message>
    <message>
        <source>Both must show the same frames.</source>
        <translation>Beide müssen dieselben Bilder zeigen.</translation>
    </message>
    <message>
        <source>Choose another base.</source>
        <translation>Wählen Sie ein anderes Ausgangsmodell.</translation>
    </message>
    <message>
        <source>Choose another with --prior.</source>
        <translation>Wählen Sie mit --prior ein anderes.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller prior.</source>
        <translation>Schließen Sie andere Programme, oder wählen Sie ein kleineres Reparaturmodell.</translation>
    </message>
    <message>
        <source>Close other programs.</source>
        <translation>Schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>Copy what it leads to.</source>
        <translation>Kopieren Sie, worauf er zeigt.</translation>
    </message>
    <message>
        <source>Fetch the prior again.</source>
        <translation>Beschaffen Sie das Reparaturmodell erneut.</translation>
    </message>
    <message>
        <source>Fit it again.</source>
        <translation>Ermitteln Sie ihn noch einmal.</translation>
    </message>
    <message>
        <source>Go on with it: rainapp teach --resume {name}. Or choose another name.</source>
        <translation>Setzen Sie ihn fort: rainapp teach --resume {name}. Oder wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Import one: `rainapp models import FOLDER`.</source>
        <translation>Importieren Sie eines: `rainapp models import ORDNER`.</translation>
    </message>
    <message>
        <source>In {kept} of {windows} places the repair did not fit what is around it; they stay as they were derained.</source>
        <translation>An {kept} von {windows} Stellen passte die Reparatur nicht zur Umgebung; sie bleiben wie entregnet.</translation>
    </message>
    <message>
        <source>Install it: pip install &quot;rainapp[sd]&quot;.</source>
        <translation>Installieren Sie es: pip install &quot;rainapp[sd]&quot;.</translation>
    </message>
    <message>
        <source>It is better on your rain and up to {lost} dB worse on other rain: it is added for this rain only.</source>
        <translation>Es ist bei Ihrem Regen besser und bei anderem bis zu {lost} dB schlechter: Es gilt nur für diesen Regen.</translation>
    </message>
    <message>
        <source>It may be {lost} dB worse on other rain, and at most 1 dB is allowed. Teach for less time.</source>
        <translation>Bei anderem Regen ist es vielleicht {lost} dB schlechter, und höchstens 1 dB ist erlaubt. Lernen Sie kürzer an.</translation>
    </message>
    <message>
        <source>It may change dry photos by {levels} grey levels more, and .2 is allowed. Add dry scenes like yours.</source>
        <translation>Trockene Fotos ändert es vielleicht um {levels} Graustufen mehr, und 0,2 sind erlaubt. Fügen Sie trockene Szenen wie Ihre hinzu.</translation>
    </message>
    <message>
        <source>It takes out {gain} more of the fine rain on photos it never saw, and harms nothing measurably.</source>
        <translation>Auf Fotos, die es nie sah, entfernt es {gain} mehr vom feinen Regen und schadet nirgends messbar.</translation>
    </message>
    <message>
        <source>Leave --refine out for clips.</source>
        <translation>Lassen Sie --refine bei Videos weg.</translation>
    </message>
    <message>
        <source>No rain was found in the clip of the Live Photo; it was copied beside the result as it is.</source>
        <translation>Im Clip des Live Photos wurde kein Regen gefunden; er wurde unverändert neben das Ergebnis kopiert.</translation>
    </message>
    <message>
        <source>Nothing was repaired: no rain was removed that a prior could look behind.</source>
        <translation>Nichts wurde repariert: Es wurde kein Regen entfernt, hinter den ein Reparaturmodell sehen könnte.</translation>
    </message>
    <message>
        <source>Of {all} dry photos {most} are looked at, spread evenly over all.</source>
        <translation>Von {all} trockenen Fotos werden {most} angesehen, gleichmäßig über alle verteilt.</translation>
    </message>
    <message>
        <source>Of {all} rainy photos {most} are looked at, spread evenly over all.</source>
        <translation>Von {all} Regenfotos werden {most} angesehen, gleichmäßig über alle verteilt.</translation>
    </message>
    <message>
        <source>On photos it never saw it takes out {gain} of the fine rain, and .03 is needed. Teach longer, or add photos.</source>
        <translation>Auf Fotos, die es nie sah, entfernt es {gain} vom feinen Regen, und 0,03 sind nötig. Lernen Sie länger an, oder fügen Sie Fotos hinzu.</translation>
    </message>
    <message>
        <source>Only weights as .safetensors are taken.</source>
        <translation>Nur Gewichte als .safetensors werden angenommen.</translation>
    </message>
    <message>
        <source>Only weights as .safetensors are taken. Delete the others.</source>
        <translation>Nur Gewichte als .safetensors werden genommen. Löschen Sie die anderen.</translation>
    </message>
    <message>
        <source>Only {count} photos could judge, and {least} are needed. Add photos with clear streaks.</source>
        <translation>Nur {count} Fotos konnten urteilen, und {least} sind nötig. Fügen Sie Fotos mit klaren Streifen hinzu.</translation>
    </message>
    <message>
        <source>OpenVINO runs on the CPU, not on “{device}”.</source>
        <translation>OpenVINO läuft auf der CPU, nicht auf „{device}“.</translation>
    </message>
    <message>
        <source>Play it in another program to see whether it is whole.</source>
        <translation>Spielen Sie sie in einem anderen Programm ab, um zu sehen, ob sie ganz ist.</translation>
    </message>
    <message>
        <source>Presets: {names}.</source>
        <translation>Vorgaben: {names}.</translation>
    </message>
    <message>
        <source>Priors of the kind “{name}” cannot be used yet.</source>
        <translation>Reparaturmodelle der Art „{name}“ können noch nicht verwendet werden.</translation>
    </message>
    <message>
        <source>Protected clips cannot be treated; use an unprotected copy.</source>
        <translation>Geschützte Clips können nicht bearbeitet werden; nehmen Sie eine ungeschützte Kopie.</translation>
    </message>
    <message>
        <source>Reading it ended early: {reason}.</source>
        <translation>Das Lesen endete vorzeitig: {reason}.</translation>
    </message>
    <message>
        <source>Rename or remove the folder {folder}.</source>
        <translation>Benennen Sie den Ordner {folder} um, oder entfernen Sie ihn.</translation>
    </message>
    <message>
        <source>Save it again from the window.</source>
        <translation>Sichern Sie sie noch einmal aus dem Fenster.</translation>
    </message>
    <message>
        <source>Save it as PNG or TIFF.</source>
        <translation>Speichern Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
        <source>Save it as PNG.</source>
        <translation>Speichern Sie sie als PNG.</translation>
    </message>
    <message>
        <source>Save it as TIFF or PNG of 16 bit with the program that it comes from.</source>
        <translation>Speichern Sie es mit dem Programm, aus dem es stammt, als TIFF oder PNG mit 16 Bit.</translation>
    </message>
    <message>
        <source>Save the mask at exactly the size of the picture, upright as it is shown.</source>
        <translation>Speichern Sie die Maske genau in der Größe des Bildes, aufrecht, wie es gezeigt wird.</translation>
    </message>
    <message>
        <source>Save the pipeline with weights in one.</source>
        <translation>Speichern Sie die Pipeline mit Gewichten in einer Datei.</translation>
    </message>
    <message>
        <source>Scale it down first.</source>
        <translation>Verkleinern Sie den Clip zuerst.</translation>
    </message>
    <message>
        <source>Some forty more nets can be imported once spandrel is there: pip install rainapp[foreign].</source>
        <translation>Etwa vierzig weitere Netze können importiert werden, sobald spandrel da ist: pip install rainapp[foreign].</translation>
    </message>
    <message>
        <source>Start it anew.</source>
        <translation>Beginnen Sie ihn neu.</translation>
    </message>
    <message>
        <source>Such a file can do anything on your computer. Ask its author for the state dict, or for safetensors.</source>
        <translation>Eine solche Datei kann auf Ihrem Rechner alles tun. Bitten Sie ihren Urheber um das state dict oder um safetensors.</translation>
    </message>
    <message>
        <source>Take it out, if it is yours; otherwise do not trust the folder.</source>
        <translation>Nehmen Sie es heraus, wenn es von Ihnen ist; sonst trauen Sie dem Ordner nicht.</translation>
    </message>
    <message>
        <source>Take those of the same pipeline.</source>
        <translation>Nehmen Sie die derselben Pipeline.</translation>
    </message>
    <message>
        <source>Taken are the folders of Stable Diffusion 1.5, 2.1, XL and Turbo as diffusers saves them.</source>
        <translation>Genommen werden Ordner von Stable Diffusion 1.5, 2.1, XL und Turbo, wie diffusers sie speichert.</translation>
    </message>
    <message>
        <source>Teaching does not fit the memory.</source>
        <translation>Das Anlernen passt nicht in den Speicher.</translation>
    </message>
    <message>
        <source>That is a decompression bomb.</source>
        <translation>Das ist eine Dekompressionsbombe.</translation>
    </message>
    <message>
        <source>That is no model but a decompression bomb.</source>
        <translation>Das ist kein Modell, sondern eine Dekompressionsbombe.</translation>
    </message>
    <message>
        <source>That is no model card.</source>
        <translation>Das ist keine Modellkarte.</translation>
    </message>
    <message>
        <source>That it is better on photos it never saw may be chance (probability {chance}, at most .05 is needed). Add rainy photos.</source>
        <translation>Dass es auf Fotos, die es nie sah, besser ist, kann Zufall sein (Wahrscheinlichkeit {chance}, höchstens 0,05 ist nötig). Fügen Sie Regenfotos hinzu.</translation>
    </message>
    <message>
        <source>The architecture “{arch}” does not take the shape {shape}.</source>
        <translation>Die Bauart „{arch}“ nimmt die Form {shape} nicht.</translation>
    </message>
    <message>
        <source>The architecture “{arch}” has no such shape: {shape}.</source>
        <translation>Die Architektur „{arch}“ gibt es nicht in dieser Form: {shape}.</translation>
    </message>
    <message>
        <source>The architecture “{arch}” is not known.</source>
        <translation>Die Bauart „{arch}“ ist nicht bekannt.</translation>
    </message>
    <message>
        <source>The clip may be damaged.</source>
        <translation>Der Clip ist vielleicht beschädigt.</translation>
    </message>
    <message>
        <source>The clip of the Live Photo could not be derained; it was copied as it is: it still shows the rain.</source>
        <translation>Der Clip des Live Photos konnte nicht entregnet werden; er wurde unverändert kopiert: Er zeigt den Regen noch.</translation>
    </message>
    <message>
        <source>The clip of the Live Photo was copied beside the result as it is: it still shows the rain.</source>
        <translation>Der Clip des Live Photos wurde unverändert neben das Ergebnis kopiert: Er zeigt den Regen noch.</translation>
    </message>
    <message>
        <source>The clip of the Live Photo was derained too; it lies beside the result.</source>
        <translation>Auch der Clip des Live Photos wurde entregnet; er liegt neben dem Ergebnis.</translation>
    </message>
    <message>
        <source>The clip of the motion photo could not be derained; it was kept as it is: it still shows the rain.</source>
        <translation>Der Clip des bewegten Fotos ließ sich nicht entregnen; er blieb, wie er ist: Er zeigt den Regen noch.</translation>
    </message>
    <message>
        <source>The clip of the motion photo is left out.</source>
        <translation>Der Clip des bewegten Fotos entfällt.</translation>
    </message>
    <message>
        <source>The clip of the motion photo was derained too.</source>
        <translation>Auch der Clip des bewegten Fotos wurde entregnet.</translation>
    </message>
    <message>
        <source>The clip of the motion photo was kept as it is: it still shows the rain.</source>
        <translation>Der Clip des bewegten Fotos blieb, wie er ist: Er zeigt den Regen noch.</translation>
    </message>
    <message>
        <source>The codec {codec} is not known here.</source>
        <translation>Den Codec {codec} kennt man hier nicht.</translation>
    </message>
    <message>
        <source>The condition “{name}” of the model has the axes {size}, not {shape}.</source>
        <translation>Die Bedingung „{name}“ des Modells hat die Achsen {size}, nicht {shape}.</translation>
    </message>
    <message>
        <source>The depth map is left out.</source>
        <translation>Die Tiefenkarte entfällt.</translation>
    </message>
    <message>
        <source>The device “{device}” cannot be used.</source>
        <translation>Das Gerät „{device}“ kann nicht benutzt werden.</translation>
    </message>
    <message>
        <source>The device “{device}” is not there.</source>
        <translation>Das Gerät „{device}“ gibt es hier nicht.</translation>
    </message>
    <message>
        <source>The device “{device}” stopped answering.</source>
        <translation>Das Gerät „{device}“ antwortet nicht mehr.</translation>
    </message>
    <message>
        <source>The disk is full; {name} waits.</source>
        <translation>Der Datenträger ist voll; {name} wartet.</translation>
    </message>
    <message>
        <source>The download may have failed; fetch it again.</source>
        <translation>Das Herunterladen ging vielleicht schief; holen Sie die Datei noch einmal.</translation>
    </message>
    <message>
        <source>The file could not be read.</source>
        <translation>Die Datei konnte nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The file is damaged or was exchanged: import or install the model again.</source>
        <translation>Die Datei ist beschädigt oder wurde ausgetauscht: Importieren oder installieren Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>Die Datei ist leer.</translation>
    </message>
    <message>
        <source>The file was still being read after the time limit.</source>
        <translation>Die Datei wurde nach Ablauf der Zeit noch immer gelesen.</translation>
    </message>
    <message>
        <source>The files of the prior “{name}” are not those its card was written for (SHA-256 differs).</source>
        <translation>Die Dateien des Reparaturmodells „{name}“ sind nicht die, zu denen seine Karte gehört (SHA-256 weicht ab).</translation>
    </message>
    <message>
        <source>The files of the prior “{name}” are not those its card was written for.</source>
        <translation>Die Dateien des Reparaturmodells „{name}“ sind nicht die, zu denen seine Karte gehört.</translation>
    </message>
    <message>
        <source>The folder holds more than any prior does.</source>
        <translation>Der Ordner enthält mehr als jedes Reparaturmodell.</translation>
    </message>
    <message>
        <source>The folder of the prior cannot be read: {reason}.</source>
        <translation>Der Ordner des Reparaturmodells kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>The folder {folder} has no ground truth for {name}.</source>
        <translation>Der Ordner {folder} hat keine Vorlage ohne Regen für {name}.</translation>
    </message>
    <message>
        <source>The folder {folder} is not a whole model “{model}”.</source>
        <translation>Der Ordner {folder} ist kein ganzes Modell „{model}“.</translation>
    </message>
    <message>
        <source>The folder “{folder}” has no {name}.</source>
        <translation>Dem Ordner „{folder}“ fehlt {name}.</translation>
    </message>
    <message>
        <source>The frames differ in size: {one} has {width} × {height} pixels, {other} {other_width} × {other_height}.</source>
        <translation>Die Bilder sind verschieden groß: {one} hat {width} × {height} Pixel, {other} {other_width} × {other_height}.</translation>
    </message>
    <message>
        <source>The gain map, which makes the photo brighter on HDR screens, is left out.</source>
        <translation>Die Gain-Map, die das Foto auf HDR-Bildschirmen heller macht, entfällt.</translation>
    </message>
    <message>
        <source>The ground truth has {kept} frames of this range, the clip {count}.</source>
        <translation>Die Wahrheit hat {kept} Bilder dieses Bereichs, der Clip {count}.</translation>
    </message>
    <message>
        <source>The ground truth is {width}x{height} pixels, the photo {photo_width}x{photo_height}.</source>
        <translation>Die Vorlage ohne Regen hat {width}x{height} Pixel, das Foto {photo_width}x{photo_height}.</translation>
    </message>
    <message>
        <source>The kind of prior “{name}” is not known.</source>
        <translation>Die Art „{name}“ von Reparaturmodell ist nicht bekannt.</translation>
    </message>
    <message>
        <source>The library has {known}.</source>
        <translation>Die Sammlung hat {known}.</translation>
    </message>
    <message>
        <source>The mask claims {megapixels} megapixels in {megabytes} MB.</source>
        <translation>Die Maske gibt {megapixels} Megapixel in {megabytes} MB an.</translation>
    </message>
    <message>
        <source>The mask is no picture that can be read.</source>
        <translation>Die Maske ist kein lesbares Bild.</translation>
    </message>
    <message>
        <source>The mask is {width}x{height} pixels, the photo {photo_width}x{photo_height}.</source>
        <translation>Die Maske hat {width}x{height} Pixel, das Foto {photo_width}x{photo_height}.</translation>
    </message>
    <message>
        <source>The mask is {width}x{height} pixels, the picture {picture_width}x{picture_height}.</source>
        <translation>Die Maske hat {width}x{height} Pixel, das Bild {picture_width}x{picture_height}.</translation>
    </message>
    <message>
        <source>The model does not take the condition “{name}”.</source>
        <translation>Das Modell nimmt die Bedingung „{name}“ nicht an.</translation>
    </message>
    <message>
        <source>The model is damaged.</source>
        <translation>Das Modell ist beschädigt.</translation>
    </message>
    <message>
        <source>The model is not accurate as “{variant}”.</source>
        <translation>Das Modell ist als „{variant}“ nicht genau genug.</translation>
    </message>
    <message>
        <source>The model makes values that are no numbers of this picture.</source>
        <translation>Das Modell macht aus diesem Bild Werte, die keine Zahlen sind.</translation>
    </message>
    <message>
        <source>The model needs a newer rainapp.</source>
        <translation>Das Modell braucht ein neueres rainapp.</translation>
    </message>
    <message>
        <source>The model wants to be told what rain a picture shows, and has nothing that sees it.</source>
        <translation>Das Modell will gesagt bekommen, welchen Regen ein Bild zeigt, und hat nichts, das ihn sieht.</translation>
    </message>
    <message>
        <source>The model “{model}” came with the application and stays.</source>
        <translation>Das Modell „{model}“ kam mit dem Programm und bleibt.</translation>
    </message>
    <message>
        <source>The model “{model}” cannot be used: {reason}</source>
        <translation>Das Modell „{model}“ kann nicht benutzt werden: {reason}</translation>
    </message>
    <message>
        <source>The model “{model}” takes out streaks only; it cannot clear a veil.</source>
        <translation>Das Modell „{model}“ entfernt nur Streifen; einen Schleier kann es nicht lichten.</translation>
    </message>
    <message>
        <source>The model “{name}” cannot be taught: its net is none that is trained here.</source>
        <translation>Das Modell „{name}“ kann nicht angelernt werden: Sein Netz ist keines, das hier trainiert wird.</translation>
    </message>
    <message>
        <source>The net “{model}” does not fuse frames.</source>
        <translation>Das Netz „{model}“ verschmilzt keine Bilder.</translation>
    </message>
    <message>
        <source>The picture without rain is {width}x{height} pixels, the photo {photo_width}x{photo_height}.</source>
        <translation>Das Bild ohne Regen hat {width}x{height} Pixel, das Foto {photo_width}x{photo_height}.</translation>
    </message>
    <message>
        <source>The pipeline holds pickled weights, “{name}”: opening them could run anything.</source>
        <translation>Die Pipeline enthält Pickle-Gewichte, „{name}“: Beim Öffnen könnte alles Mögliche ausgeführt werden.</translation>
    </message>
    <message>
        <source>The pipeline lacks {names}.</source>
        <translation>Der Pipeline fehlt {names}.</translation>
    </message>
    <message>
        <source>The pipeline “{name}” cannot repair photos.</source>
        <translation>Die Pipeline „{name}“ kann keine Fotos reparieren.</translation>
    </message>
    <message>
        <source>The preset {name} cannot be read: {reason}.</source>
        <translation>Die Vorgabe {name} lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>The preset {name} has an impossible {key}: {value}.</source>
        <translation>In der Vorgabe {name} ist {key} unmöglich: {value}.</translation>
    </message>
    <message>
        <source>The preset {name} has the unknown key “{key}”.</source>
        <translation>Die Vorgabe {name} hat den unbekannten Eintrag „{key}“.</translation>
    </message>
    <message>
        <source>The preset {name} has the unknown part “{part}”.</source>
        <translation>Die Vorgabe {name} hat den unbekannten Teil „{part}“.</translation>
    </message>
    <message>
        <source>The preset {name} is not built as a preset is.</source>
        <translation>Die Vorgabe {name} ist nicht wie eine Vorgabe gebaut.</translation>
    </message>
    <message>
        <source>The prior holds pickled weights, “{name}”: opening them could run anything.</source>
        <translation>Das Reparaturmodell enthält Pickle-Gewichte, „{name}“: Beim Öffnen könnte alles Mögliche ausgeführt werden.</translation>
    </message>
    <message>
        <source>The prior holds the link “{name}”.</source>
        <translation>Das Reparaturmodell enthält den Verweis „{name}“.</translation>
    </message>
    <message>
        <source>The prior holds “{name}”, which is neither weights nor a description.</source>
        <translation>Das Reparaturmodell enthält „{name}“, das weder Gewichte noch eine Beschreibung ist.</translation>
    </message>
    <message>
        <source>The prior is larger than {size} GB.</source>
        <translation>Das Reparaturmodell ist größer als {size} GB.</translation>
    </message>
    <message>
        <source>The prior lacks {names}.</source>
        <translation>Dem Reparaturmodell fehlt {names}.</translation>
    </message>
    <message>
        <source>The prior “{name}” is not built as a Stable Diffusion pipeline is.</source>
        <translation>Das Reparaturmodell „{name}“ ist nicht wie eine Stable-Diffusion-Pipeline aufgebaut.</translation>
    </message>
    <message>
        <source>The prior “{name}” is not built as a content prior is.</source>
        <translation>Das Reparaturmodell „{name}“ ist nicht gebaut wie ein Inhalts-Prior.</translation>
    </message>
    <message>
        <source>The prior “{name}” is not built as a diffusion prior is.</source>
        <translation>Das Reparaturmodell „{name}“ ist nicht gebaut wie ein Diffusions-Prior.</translation>
    </message>
    <message>
        <source>The repair was weakened from {wanted} to {strength} to keep its budget.</source>
        <translation>Die Reparatur wurde von {wanted} auf {strength} abgeschwächt, damit sie ihr Budget einhält.</translation>
    </message>
    <message>
        <source>The result cannot be kept for comparing.</source>
        <translation>Das Ergebnis kann nicht für den Vergleich aufgehoben werden.</translation>
    </message>
    <message>
        <source>The run cannot be written: {reason}.</source>
        <translation>Der Lauf kann nicht geschrieben werden: {reason}.</translation>
    </message>
    <message>
        <source>The run {name} is at work already.</source>
        <translation>Am Lauf {name} wird schon gearbeitet.</translation>
    </message>
    <message>
        <source>The run {name} is damaged: {file} cannot be read.</source>
        <translation>Der Lauf {name} ist beschädigt: {file} ist nicht lesbar.</translation>
    </message>
    <message>
        <source>The screen&apos;s profile {name} cannot be read.</source>
        <translation>Das Profil des Bildschirms {name} kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The strength {strength} is not between 0 and {most}.</source>
        <translation>Die Stärke {strength} liegt nicht zwischen 0 und {most}.</translation>
    </message>
    <message>
        <source>The weights are not those the card was written for (SHA-256 differs).</source>
        <translation>Die Gewichte sind nicht die, für die die Karte geschrieben wurde (SHA-256 weicht ab).</translation>
    </message>
    <message>
        <source>The weights of the prior “{name}” are not finite.</source>
        <translation>Die Gewichte des Reparaturmodells „{name}“ sind nicht alle Zahlen.</translation>
    </message>
    <message>
        <source>The weights of {part} are spread over several files.</source>
        <translation>Die Gewichte von {part} sind auf mehrere Dateien verteilt.</translation>
    </message>
    <message>
        <source>The weights of “{model}” are no safetensors file.</source>
        <translation>Die Gewichte von „{model}“ sind keine safetensors-Datei.</translation>
    </message>
    <message>
        <source>The weights of “{model}” are not finite in {name}.</source>
        <translation>Die Gewichte von „{model}“ sind in {name} nicht endlich.</translation>
    </message>
    <message>
        <source>The weights of “{model}” are not the ones its card names.</source>
        <translation>Die Gewichte von „{model}“ sind nicht die, die seine Karte nennt.</translation>
    </message>
    <message>
        <source>The weights of “{model}” do not fit the net “{arch}”.</source>
        <translation>Die Gewichte von „{model}“ passen nicht zum Netz „{arch}“.</translation>
    </message>
    <message>
        <source>The weights “{name}” hold values that are not finite.</source>
        <translation>Die Gewichte „{name}“ enthalten Werte, die nicht endlich sind.</translation>
    </message>
    <message>
        <source>The zip holds the link “{name}”.</source>
        <translation>Das ZIP enthält den Verweis „{name}“.</translation>
    </message>
    <message>
        <source>The zip holds the name “{name}” twice (upper and lower case are the same here).</source>
        <translation>Das ZIP enthält den Namen „{name}“ zweimal (Groß- und Kleinschreibung gelten hier gleich).</translation>
    </message>
    <message>
        <source>The zip holds the name “{name}”, which leads out of its folder.</source>
        <translation>Das ZIP enthält den Namen „{name}“, der aus seinem Ordner hinausführt.</translation>
    </message>
    <message>
        <source>The zip is encrypted.</source>
        <translation>Das ZIP ist verschlüsselt.</translation>
    </message>
    <message>
        <source>There are too few dry photos to see whether it harms them. Add dry photos.</source>
        <translation>Es gibt zu wenige trockene Fotos, um zu sehen, ob es ihnen schadet. Fügen Sie trockene Fotos hinzu.</translation>
    </message>
    <message>
        <source>There are too few pictures to see whether it forgot other rain. Add dry photos.</source>
        <translation>Es gibt zu wenige Bilder, um zu sehen, ob es anderen Regen vergaß. Fügen Sie trockene Fotos hinzu.</translation>
    </message>
    <message>
        <source>There is a preset “{name}” already.</source>
        <translation>Eine Vorgabe „{name}“ gibt es schon.</translation>
    </message>
    <message>
        <source>There is a run that teaches “{name}” already.</source>
        <translation>Es gibt schon einen Lauf, der „{name}“ anlernt.</translation>
    </message>
    <message>
        <source>There is already a model “{model}”.</source>
        <translation>Ein Modell „{model}“ gibt es schon.</translation>
    </message>
    <message>
        <source>There is no model to work with.</source>
        <translation>Es gibt kein Modell, mit dem gearbeitet werden kann.</translation>
    </message>
    <message>
        <source>There is no model “{model}”.</source>
        <translation>Es gibt kein Modell „{model}“.</translation>
    </message>
    <message>
        <source>There is no preset “{name}”.</source>
        <translation>Eine Vorgabe „{name}“ gibt es nicht.</translation>
    </message>
    <message>
        <source>There is no prior to repair with.</source>
        <translation>Es gibt kein Modell, mit dem repariert werden kann.</translation>
    </message>
    <message>
        <source>There is no room for the results of comparing.</source>
        <translation>Für die Ergebnisse des Vergleichs ist kein Platz.</translation>
    </message>
    <message>
        <source>There is no run “{name}” that teaches a model.</source>
        <translation>Es gibt keinen Lauf „{name}“, der ein Modell anlernt.</translation>
    </message>
    <message>
        <source>There is no {card}.</source>
        <translation>Es gibt keine {card}.</translation>
    </message>
    <message>
        <source>There is not enough memory to repair with “{name}”.</source>
        <translation>Der Arbeitsspeicher reicht nicht, um mit „{name}“ zu reparieren.</translation>
    </message>
    <message>
        <source>There was not enough memory.</source>
        <translation>Der Speicher reichte nicht.</translation>
    </message>
    <message>
        <source>This is a Live Photo: its clip is a file of its own, which is not in this result.</source>
        <translation>Dies ist ein Live Photo: Sein Clip ist eine eigene Datei, die nicht zu diesem Ergebnis gehört.</translation>
    </message>
    <message>
        <source>This machine does not compute in {precision} on “{device}” with {engines}.</source>
        <translation>Dieser Rechner rechnet auf „{device}“ mit {engines} nicht in {precision}.</translation>
    </message>
    <message>
        <source>This machine has {devices}.</source>
        <translation>Dieser Rechner hat {devices}.</translation>
    </message>
    <message>
        <source>This preset is not there any more.</source>
        <translation>Diese Vorgabe ist nicht mehr da.</translation>
    </message>
    <message>
        <source>This rain cannot be drawn.</source>
        <translation>Dieser Regen kann nicht gezeichnet werden.</translation>
    </message>
    <message>
        <source>Tiles of {pixels} pixels are too small.</source>
        <translation>Kacheln von {pixels} Pixeln sind zu klein.</translation>
    </message>
    <message>
        <source>Training went wrong, or the file is damaged.</source>
        <translation>Das Training ging schief, oder die Datei ist beschädigt.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Try again; if it comes back, choose the CPU as the device.</source>
        <translation>Versuchen Sie es noch einmal; kommt es wieder, wählen Sie die CPU als Gerät.</translation>
    </message>
    <message>
        <source>Unpack it first, then import the folder.</source>
        <translation>Entpacken Sie es zuerst, und importieren Sie dann den Ordner.</translation>
    </message>
    <message>
        <source>Use it with --model.</source>
        <translation>Verwenden Sie es mit --model.</translation>
    </message>
    <message>
        <source>Use it with --refine and --prior.</source>
        <translation>Verwenden Sie es mit --refine und --prior.</translation>
    </message>
    <message>
        <source>Use letters, digits, spaces and hyphens.</source>
        <translation>Verwenden Sie Buchstaben, Ziffern, Leerzeichen und Bindestriche.</translation>
    </message>
    <message>
        <source>Use the engine torch.</source>
        <translation>Nehmen Sie die Maschine torch.</translation>
    </message>
    <message>
        <source>Wait until it ends, or stop it there.</source>
        <translation>Warten Sie, bis er endet, oder halten Sie ihn dort an.</translation>
    </message>
    <message>
        <source>What is around the net is not known: “{kind}”.</source>
        <translation>Was um das Netz liegt, ist nicht bekannt: „{kind}“.</translation>
    </message>
    <message>
        <source>`rainapp models verify` looks at all models.</source>
        <translation>`rainapp models verify` prüft alle Modelle.</translation>
    </message>
    <message>
        <source>a JPEG XL picture, which is not supported yet</source>
        <translation>ein JPEG-XL-Bild, das noch nicht unterstützt wird</translation>
    </message>
    <message>
        <source>a PDF document</source>
        <translation>ein PDF-Dokument</translation>
    </message>
    <message>
        <source>a ZIP archive or a document</source>
        <translation>ein ZIP-Archiv oder ein Dokument</translation>
    </message>
    <message>
        <source>a camera raw file</source>
        <translation>eine Rohdatei einer Kamera</translation>
    </message>
    <message>
        <source>a compressed archive</source>
        <translation>ein gepacktes Archiv</translation>
    </message>
    <message>
        <source>a drawing (SVG)</source>
        <translation>eine Zeichnung (SVG)</translation>
    </message>
    <message>
        <source>a file or folder has that name already</source>
        <translation>eine Datei oder ein Ordner heißt schon so</translation>
    </message>
    <message>
        <source>a folder has that name</source>
        <translation>ein Ordner heißt so</translation>
    </message>
    <message>
        <source>a folder with files has that name already</source>
        <translation>ein Ordner mit Dateien heißt schon so</translation>
    </message>
    <message>
        <source>a playlist, which may name any other file</source>
        <translation>eine Wiedergabeliste, die jede andere Datei nennen kann</translation>
    </message>
    <message>
        <source>a program</source>
        <translation>ein Programm</translation>
    </message>
    <message>
        <source>a script</source>
        <translation>ein Skript</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>ein Text</translation>
    </message>
    <message>
        <source>a web page</source>
        <translation>eine Webseite</translation>
    </message>
    <message>
        <source>an OpenEXR picture, which is not supported</source>
        <translation>ein OpenEXR-Bild, das nicht unterstützt wird</translation>
    </message>
    <message>
        <source>an archive</source>
        <translation>ein Archiv</translation>
    </message>
    <message>
        <source>an empty ZIP archive</source>
        <translation>ein leeres ZIP-Archiv</translation>
    </message>
    <message>
        <source>an office document</source>
        <translation>ein Office-Dokument</translation>
    </message>
    <message>
        <source>another model has this id.</source>
        <translation>ein anderes Modell hat diese Kennung.</translation>
    </message>
    <message>
        <source>it does not exist</source>
        <translation>es gibt sie nicht</translation>
    </message>
    <message>
        <source>it goes on where it stopped</source>
        <translation>es geht weiter, wo es stehen blieb</translation>
    </message>
    <message>
        <source>it is a device, not a file</source>
        <translation>sie ist ein Gerät, keine Datei</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>sie ist ein Ordner</translation>
    </message>
    <message>
        <source>it is a pipe, not a file</source>
        <translation>sie ist eine Pipe, keine Datei</translation>
    </message>
    <message>
        <source>it is a socket, not a file</source>
        <translation>sie ist ein Socket, keine Datei</translation>
    </message>
    <message>
        <source>it is a tar archive (PyTorch&apos;s oldest format is among these, and cannot be opened safely)</source>
        <translation>sie ist ein tar-Archiv (das älteste Format von PyTorch gehört dazu und kann nicht gefahrlos geöffnet werden)</translation>
    </message>
    <message>
        <source>it is a web page, perhaps of a failed download</source>
        <translation>sie ist eine Webseite, vielleicht von einem misslungenen Herunterladen</translation>
    </message>
    <message>
        <source>it is an HDF5 file</source>
        <translation>sie ist eine HDF5-Datei</translation>
    </message>
    <message>
        <source>it is larger than {size}</source>
        <translation>sie ist größer als {size}</translation>
    </message>
    <message>
        <source>it is text and begins with “{start}”</source>
        <translation>sie ist Text und beginnt mit „{start}“</translation>
    </message>
    <message>
        <source>its first bytes belong to no format we know</source>
        <translation>ihr Anfang gehört zu keinem bekannten Format</translation>
    </message>
    <message>
        <source>its folder does not exist</source>
        <translation>den Ordner gibt es nicht</translation>
    </message>
    <message>
        <source>its folder is not a folder</source>
        <translation>sein Ordner ist kein Ordner</translation>
    </message>
    <message>
        <source>its name is too long for this disk</source>
        <translation>der Name ist zu lang für diesen Datenträger</translation>
    </message>
    <message>
        <source>reading it is not permitted</source>
        <translation>sie zu lesen ist nicht erlaubt</translation>
    </message>
    <message>
        <source>the card says “{model}”, but the folder is named “{folder}”.</source>
        <translation>die Karte sagt „{model}“, aber der Ordner heißt „{folder}“.</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>the disk is read-only</source>
        <translation>der Datenträger ist schreibgeschützt</translation>
    </message>
    <message>
        <source>the disk quota is used up</source>
        <translation>das Kontingent des Datenträgers ist erschöpft</translation>
    </message>
    <message>
        <source>the disk reported an error</source>
        <translation>der Datenträger meldet einen Fehler</translation>
    </message>
    <message>
        <source>the encoder refused it</source>
        <translation>der Kodierer hat abgelehnt</translation>
    </message>
    <message>
        <source>the file grew too large for this disk</source>
        <translation>die Datei wurde zu groß für diesen Datenträger</translation>
    </message>
    <message>
        <source>the system refused</source>
        <translation>das System weigert sich</translation>
    </message>
    <message>
        <source>writing is not permitted there</source>
        <translation>dort darf nicht geschrieben werden</translation>
    </message>
    <message>
        <source>{card} has an impossible value for “{key}”: {value}.</source>
        <translation>{card} hat einen unmöglichen Wert für „{key}“: {value}.</translation>
    </message>
    <message>
        <source>{card} is larger than {kilobytes} kB.</source>
        <translation>{card} ist größer als {kilobytes} kB.</translation>
    </message>
    <message>
        <source>{card} is not valid TOML: {reason}.</source>
        <translation>{card} ist kein gültiges TOML: {reason}.</translation>
    </message>
    <message>
        <source>{card} lacks {keys}.</source>
        <translation>In {card} fehlt {keys}.</translation>
    </message>
    <message>
        <source>{count} pixels stay as they were derained, since the repair gave no number there.</source>
        <translation>{count} Bildpunkte bleiben wie entregnet, weil die Reparatur dort keine Zahl ergab.</translation>
    </message>
    <message>
        <source>{encoder} has no CRF.</source>
        <translation>{encoder} hat keinen CRF.</translation>
    </message>
    <message>
        <source>{library} failed while it computed.</source>
        <translation>{library} ist beim Rechnen gescheitert.</translation>
    </message>
    <message>
        <source>{name} are animations.</source>
        <translation>{name} sind bewegte Bilder.</translation>
    </message>
    <message>
        <source>{name} cannot be decoded: it is damaged, or of a kind not known here.</source>
        <translation>{name} kann nicht gelesen werden: Die Datei ist beschädigt oder von einer hier unbekannten Art.</translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>{name} kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>{name} cannot be written as {format}: {reason}.</source>
        <translation>{name} kann nicht als {format} geschrieben werden: {reason}.</translation>
    </message>
    <message>
        <source>{name} cannot be written: the disk is still full.</source>
        <translation>{name} kann nicht geschrieben werden: Der Datenträger ist noch immer voll.</translation>
    </message>
    <message>
        <source>{name} cannot be written: {reason}.</source>
        <translation>{name} kann nicht geschrieben werden: {reason}.</translation>
    </message>
    <message>
        <source>{name} cannot be written: {suffix} is no format known here.</source>
        <translation>{name} kann nicht geschrieben werden: {suffix} ist hier kein bekanntes Format.</translation>
    </message>
    <message>
        <source>{name} claims more pixels than the memory holds.</source>
        <translation>{name} will mehr Pixel haben, als der Speicher fasst.</translation>
    </message>
    <message>
        <source>{name} claims {megapixels} megapixels in {kilobytes} kB, which no photo does.</source>
        <translation>{name} will {megapixels} Megapixel in {kilobytes} kB haben, was kein Foto hat.</translation>
    </message>
    <message>
        <source>{name} declares no picture size.</source>
        <translation>{name} nennt keine Bildgröße.</translation>
    </message>
    <message>
        <source>{name} does not exist.</source>
        <translation>{name} gibt es nicht.</translation>
    </message>
    <message>
        <source>{name} does not exist: no picture in {folder} has such a name.</source>
        <translation>{name} gibt es nicht: Kein Bild in {folder} heißt so.</translation>
    </message>
    <message>
        <source>{name} does not fit the memory.</source>
        <translation>{name} passt nicht in den Speicher.</translation>
    </message>
    <message>
        <source>{name} ends before its first frame.</source>
        <translation>{name} endet vor dem ersten Bild.</translation>
    </message>
    <message>
        <source>{name} goes over its picture {number} times, which photos do ten times.</source>
        <translation>{name} geht {number}-mal über sein Bild, Fotos tun das zehnmal.</translation>
    </message>
    <message>
        <source>{name} has a gap: {first} to {last} are missing.</source>
        <translation>{name} hat eine Lücke: {first} bis {last} fehlen.</translation>
    </message>
    <message>
        <source>{name} has a gap: {missing} is missing.</source>
        <translation>{name} hat eine Lücke: {missing} fehlt.</translation>
    </message>
    <message>
        <source>{name} has another size than its original.</source>
        <translation>{name} hat eine andere Größe als das Original.</translation>
    </message>
    <message>
        <source>{name} has frames of {size}, which need {gigabytes} GB of memory.</source>
        <translation>{name} hat Bilder von {size}, die {gigabytes} GB Speicher brauchen.</translation>
    </message>
    <message>
        <source>{name} has no pixels: its header says {width} x {height}.</source>
        <translation>{name} hat keine Pixel: Der Kopf der Datei sagt {width} x {height}.</translation>
    </message>
    <message>
        <source>{name} has nothing between these moments.</source>
        <translation>{name} hat nichts zwischen diesen Zeitpunkten.</translation>
    </message>
    <message>
        <source>{name} has {megabytes} MB and says it has {megapixels} megapixels, which would need about {gigabytes} GB of memory.</source>
        <translation>{name} hat {megabytes} MB und gibt {megapixels} Megapixel an; das bräuchte etwa {gigabytes} GB Speicher.</translation>
    </message>
    <message>
        <source>{name} hides {what}.</source>
        <translation>{name} verbirgt {what}.</translation>
    </message>
    <message>
        <source>{name} holds no frame that can be decoded.</source>
        <translation>{name} enthält kein Bild, das gelesen werden kann.</translation>
    </message>
    <message>
        <source>{name} holds no video.</source>
        <translation>{name} enthält kein Video.</translation>
    </message>
    <message>
        <source>{name} holds sound but no picture.</source>
        <translation>{name} enthält Ton, aber kein Bild.</translation>
    </message>
    <message>
        <source>{name} is a JPEG of {bits} bits a channel, which cannot be read here.</source>
        <translation>{name} ist ein JPEG mit {bits} Bit je Kanal, das hier nicht gelesen werden kann.</translation>
    </message>
    <message>
        <source>{name} is a camera raw file.</source>
        <translation>{name} ist eine Rohdatei einer Kamera.</translation>
    </message>
    <message>
        <source>{name} is a folder, not a file.</source>
        <translation>{name} ist ein Ordner, keine Datei.</translation>
    </message>
    <message>
        <source>{name} is a video, not a photo.</source>
        <translation>{name} ist ein Video, kein Foto.</translation>
    </message>
    <message>
        <source>{name} is cut off, or needs {library} to be read, which is not installed here.</source>
        <translation>{name} ist abgeschnitten oder braucht zum Lesen {library}, das hier nicht installiert ist.</translation>
    </message>
    <message>
        <source>{name} is cut off: part of its pixels is missing.</source>
        <translation>{name} ist abgeschnitten: Ein Teil der Pixel fehlt.</translation>
    </message>
    <message>
        <source>{name} is damaged or not a clip.</source>
        <translation>{name} ist beschädigt oder kein Clip.</translation>
    </message>
    <message>
        <source>{name} is damaged.</source>
        <translation>{name} ist beschädigt.</translation>
    </message>
    <message>
        <source>{name} is damaged: its header cannot be read.</source>
        <translation>{name} ist beschädigt: Der Kopf der Datei ist nicht lesbar.</translation>
    </message>
    <message>
        <source>{name} is empty.</source>
        <translation>{name} ist leer.</translation>
    </message>
    <message>
        <source>{name} is encrypted.</source>
        <translation>{name} ist verschlüsselt.</translation>
    </message>
    <message>
        <source>{name} is in Dolby Vision profile {number}, whose colours only a Dolby Vision decoder understands.</source>
        <translation>{name} liegt in Dolby Vision Profil {number} vor, dessen Farben nur ein Dolby-Vision-Decoder versteht.</translation>
    </message>
    <message>
        <source>{name} is in a format that cannot be decoded here.</source>
        <translation>{name} hat ein Format, das hier nicht gelesen werden kann.</translation>
    </message>
    <message>
        <source>{name} is missing.</source>
        <translation>{name} fehlt.</translation>
    </message>
    <message>
        <source>{name} is neither a photo nor a video that is known here.</source>
        <translation>{name} ist weder ein Foto noch ein Video, das man hier kennt.</translation>
    </message>
    <message>
        <source>{name} is no colour profile.</source>
        <translation>{name} ist kein Farbprofil.</translation>
    </message>
    <message>
        <source>{name} is no frame of a clip: no picture beside it differs from it in its number alone.</source>
        <translation>{name} ist kein Bild eines Clips: Kein Bild daneben unterscheidet sich nur in der Nummer.</translation>
    </message>
    <message>
        <source>{name} is not a photo or video but {what}.</source>
        <translation>{name} ist kein Foto oder Video, sondern {what}.</translation>
    </message>
    <message>
        <source>{name} is one of your originals and stays; the result has another name.</source>
        <translation>{name} ist eines Ihrer Originale und bleibt; das Ergebnis heißt anders.</translation>
    </message>
    <message>
        <source>{name} is one of your originals, which are never overwritten.</source>
        <translation>{name} ist eines Ihrer Originale; diese werden nie überschrieben.</translation>
    </message>
    <message>
        <source>{name} is the source itself, which is never overwritten.</source>
        <translation>{name} ist die Quelle selbst, die nie überschrieben wird.</translation>
    </message>
    <message>
        <source>{name} is too large for a preset.</source>
        <translation>{name} ist zu groß für eine Vorgabe.</translation>
    </message>
    <message>
        <source>{name} is written in plain numbers, of which it has too many.</source>
        <translation>{name} ist in ausgeschriebenen Zahlen gespeichert, und es sind zu viele.</translation>
    </message>
    <message>
        <source>{name} may not be read.</source>
        <translation>{name} darf nicht gelesen werden.</translation>
    </message>
    <message>
        <source>{name} of the prior cannot be read.</source>
        <translation>{name} des Reparaturmodells kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>{name} of the prior cannot be read: {reason}.</source>
        <translation>{name} des Reparaturmodells kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>{name} of the prior describes what cannot be.</source>
        <translation>{name} des Reparaturmodells beschreibt, was es nicht geben kann.</translation>
    </message>
    <message>
        <source>{name} of the prior is no valid safetensors file: {reason}.</source>
        <translation>{name} des Reparaturmodells ist keine gültige safetensors-Datei: {reason}.</translation>
    </message>
    <message>
        <source>{name} of the prior is of “{class_name}”, not of “{wanted}”.</source>
        <translation>{name} des Reparaturmodells gehört zu „{class_name}“, nicht zu „{wanted}“.</translation>
    </message>
    <message>
        <source>{name} says it has frames of {size}, which would need about {gigabytes} GB of memory.</source>
        <translation>{name} gibt Bilder von {size} an; das bräuchte etwa {gigabytes} GB Speicher.</translation>
    </message>
    <message>
        <source>{name} says it has {megapixels} megapixels, which would need {gigabytes} GB of memory.</source>
        <translation>{name} hat laut Kopf {megapixels} Megapixel und bräuchte {gigabytes} GB Speicher.</translation>
    </message>
    <message>
        <source>{name} was not written: there was no picture to write.</source>
        <translation>{name} wurde nicht geschrieben: Es gab kein Bild zu schreiben.</translation>
    </message>
    <message>
        <source>{name} would hold no frame.</source>
        <translation>{name} enthielte kein Bild.</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}.</source>
        <translation>{path} kann nicht geschrieben werden: {reason}.</translation>
    </message>
    <message>
        <source>{pixels} is the least.</source>
        <translation>{pixels} ist das Mindeste.</translation>
    </message>
    <message>
        <source>“{kind}” around a net does not take its shape.</source>
        <translation>„{kind}“ um ein Netz nimmt seine Form nicht an.</translation>
    </message>
    <message>
        <source>“{model}” could not be moved to the trash: {reason}.</source>
        <translation>„{model}“ konnte nicht in den Papierkorb gelegt werden: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” cannot be read: {reason}.</source>
        <translation>„{name}“ kann nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” cannot be the id of a model.</source>
        <translation>„{name}“ kann nicht die Kennung eines Modells sein.</translation>
    </message>
    <message>
        <source>“{name}” cannot be the name of a preset.</source>
        <translation>„{name}“ kann nicht der Name einer Vorgabe sein.</translation>
    </message>
    <message>
        <source>“{name}” changed nothing.</source>
        <translation>„{name}“ hat nichts geändert.</translation>
    </message>
    <message>
        <source>“{name}” could not be imported: {reason}.</source>
        <translation>„{name}“ konnte nicht importiert werden: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” does not exist.</source>
        <translation>„{name}“ gibt es nicht.</translation>
    </message>
    <message>
        <source>“{name}” holds more than weights: opening it would run {what}.</source>
        <translation>„{name}“ enthält mehr als Gewichte: Öffnen würde {what} ausführen.</translation>
    </message>
    <message>
        <source>“{name}” holds no model: a zipped model has one {card} and one {weights} side by side.</source>
        <translation>„{name}“ enthält kein Modell: Ein gepacktes Modell hat nebeneinander eine {card} und eine {weights}.</translation>
    </message>
    <message>
        <source>“{name}” is a Python pickle, but no PyTorch checkpoint.</source>
        <translation>„{name}“ ist ein Python-Pickle, aber kein PyTorch-Checkpoint.</translation>
    </message>
    <message>
        <source>“{name}” is a TorchScript archive: it holds a program, not only weights.</source>
        <translation>„{name}“ ist ein TorchScript-Archiv: Es enthält ein Programm, nicht nur Gewichte.</translation>
    </message>
    <message>
        <source>“{name}” is a model, not a prior.</source>
        <translation>„{name}“ entfernt Regen und repariert nicht.</translation>
    </message>
    <message>
        <source>“{name}” is a prior and takes out no rain.</source>
        <translation>„{name}“ repariert nur und entfernt keinen Regen.</translation>
    </message>
    <message>
        <source>“{name}” is damaged: {reason}.</source>
        <translation>„{name}“ ist beschädigt: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” is empty.</source>
        <translation>„{name}“ ist leer.</translation>
    </message>
    <message>
        <source>“{name}” is larger than {gigabytes} GB.</source>
        <translation>„{name}“ ist größer als {gigabytes} GB.</translation>
    </message>
    <message>
        <source>“{name}” is no Stable Diffusion file that the descriptions in “{folder}” fit.</source>
        <translation>„{name}“ ist keine Stable-Diffusion-Datei, zu der die Beschreibungen in „{folder}“ passen.</translation>
    </message>
    <message>
        <source>“{name}” is no file.</source>
        <translation>„{name}“ ist keine Datei.</translation>
    </message>
    <message>
        <source>“{name}” is no model file: {reason}.</source>
        <translation>„{name}“ ist keine Modelldatei: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” is no valid safetensors file: {reason}.</source>
        <translation>„{name}“ ist keine gültige safetensors-Datei: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” lists tensors in {megabytes} MB, more than any net has.</source>
        <translation>„{name}“ zählt Tensoren auf {megabytes} MB auf, mehr als irgendein Netz hat.</translation>
    </message>
    <message>
        <source>“{name}” needs about {needed} GB of memory, and {free} GB are free.</source>
        <translation>„{name}“ braucht etwa {needed} GB Arbeitsspeicher, frei sind {free} GB.</translation>
    </message>
    <message>
        <source>“{name}” reads text, which needs transformers, and that is not installed.</source>
        <translation>„{name}“ liest Text; dafür wird transformers gebraucht, und das ist nicht installiert.</translation>
    </message>
    <message>
        <source>“{name}” repaired where rain was: it changed {share} of the pixels.</source>
        <translation>„{name}“ hat repariert, wo Regen war: {share} der Bildpunkte wurden geändert.</translation>
    </message>
    <message>
        <source>“{name}” says it holds {count} files; no model has more than {most}.</source>
        <translation>„{name}“ soll {count} Dateien enthalten; kein Modell hat mehr als {most}.</translation>
    </message>
    <message>
        <source>“{name}” unpacks to more than it says.</source>
        <translation>„{name}“ wird entpackt größer, als es angibt.</translation>
    </message>
    <message>
        <source>“{name}” would unpack {count} files and {megabytes} MB from {packed} MB.</source>
        <translation>„{name}“ würde {count} Dateien und {megabytes} MB aus {packed} MB entpacken.</translation>
    </message>
    <message>
        <source>“{wanted}” is wanted, “{found}” was found.</source>
        <translation>„{wanted}“ ist gesucht, „{found}“ wurde gefunden.</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>Actual size</source>
        <translation>Originalgröße</translation>
    </message>
    <message>
        <source>Both sides move together</source>
        <translation>Beide Seiten bewegen sich zusammen</translation>
    </message>
    <message>
        <source>Bright is what was taken out</source>
        <translation>Hell ist, was weggenommen wurde</translation>
    </message>
    <message>
        <source>Brighten the removed rain</source>
        <translation>Entfernten Regen aufhellen</translation>
    </message>
    <message>
        <source>Brush: protect or treat a part</source>
        <translation>Pinsel: einen Teil schützen oder behandeln</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>Coloured is what a generative model has redrawn</source>
        <translation>Farbig ist, was ein generatives Modell neu gezeichnet hat</translation>
    </message>
    <message>
        <source>Coloured where fine rain may remain; upright edges too</source>
        <translation>Farbig, wo feiner Regen bleiben mag; aufrechte Kanten auch</translation>
    </message>
    <message>
        <source>Enter paints, Esc ends</source>
        <translation>Eingabe malt, Esc beendet</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Einpassen</translation>
    </message>
    <message>
        <source>Grey is what stayed as it was</source>
        <translation>Grau blieb, wie es war</translation>
    </message>
    <message>
        <source>Hold X to see the original</source>
        <translation>X halten zeigt das Original</translation>
    </message>
    <message>
        <source>Magnifier with values</source>
        <translation>Lupe mit Werten</translation>
    </message>
    <message>
        <source>Remains</source>
        <translation>Rest</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>Reparatur</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Only painted is derained</source>
        <translation>Nur Gemaltes wird entregnet</translation>
    </message>
    <message>
        <source>Painted stays as it was</source>
        <translation>Gemaltes bleibt</translation>
    </message>
    <message>
        <source>Rain</source>
        <translation>Regen</translation>
    </message>
    <message>
        <source>Swipe</source>
        <translation>Wischen</translation>
    </message>
    <message>
        <source>Tell darker from brighter</source>
        <translation>Dunkler von heller unterscheiden</translation>
    </message>
    <message>
        <source>Turn the swipe line</source>
        <translation>Wischlinie drehen</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>arrows move, Enter paints, Alt erases, Esc ends</source>
        <translation>Pfeile bewegen, Eingabe malt, Alt radiert, Esc beendet</translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation>{n} %</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>Cannot be read</source>
        <translation>Nicht lesbar</translation>
    </message>
    <message>
        <source>Copied, no rain found</source>
        <translation>Kopiert, kein Regen gefunden</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Done · other settings</source>
        <translation>Fertig · überholt</translation>
    </message>
    <message>
        <source>Done · {time}</source>
        <translation>Fertig · {time}</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>No rain found, saved unchanged</source>
        <translation>Kein Regen gefunden, unverändert gesichert</translation>
    </message>
    <message>
        <source>No rain · other settings</source>
        <translation>Kein Regen · überholt</translation>
    </message>
    <message>
        <source>Paused · {n} %</source>
        <translation>Angehalten · {n} %</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Skipped, exists already</source>
        <translation>Übersprungen, gibt es schon</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Gestoppt</translation>
    </message>
    <message>
        <source>Stopped · goes on from there</source>
        <translation>Angehalten · geht dort weiter</translation>
    </message>
    <message>
        <source>Stopped · part kept</source>
        <translation>Gestoppt · Teil behalten</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
    <message>
        <source>own settings</source>
        <translation>eigene Einstellungen</translation>
    </message>
    <message>
        <source>part protected</source>
        <translation>teils geschützt</translation>
    </message>
    <message>
        <source>part treated</source>
        <translation>teils behandelt</translation>
    </message>
    <message>
        <source>treated anyway</source>
        <translation>trotzdem entregnet</translation>
    </message>
    <message>
        <source>two passes</source>
        <translation>zwei Durchgänge</translation>
    </message>
    <message>
        <source>{h} h {m:02d} min</source>
        <translation>{h} h {m:02d} min</translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation>{n} %</translation>
    </message>
    <message>
        <source>{n} GB</source>
        <translation>{n} GB</translation>
    </message>
    <message>
        <source>{n} MB</source>
        <translation>{n} MB</translation>
    </message>
    <message>
        <source>{n} frames/s</source>
        <translation>{n} Bilder/s</translation>
    </message>
    <message>
        <source>{n} kB</source>
        <translation>{n} kB</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} min</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} s</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
</context>
</TS>
