<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>CompareFoot</name>
    <message numerus="yes">
        <source>%n result(s)</source>
        <translation>
            <numerusform>%n result</numerusform>
            <numerusform>%n results</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Compare %n model(s)</source>
        <translation>
            <numerusform>Compare %n model</numerusform>
            <numerusform>Compare %n models</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Compare %n model(s) on {files} files</source>
        <translation>
            <numerusform>Compare %n model on {files} files</numerusform>
            <numerusform>Compare %n models on {files} files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Compare %n model(s) on {photos} photos</source>
        <translation>
            <numerusform>Compare %n model on {photos} photos</numerusform>
            <numerusform>Compare %n models on {photos} photos</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ComparePage</name>
    <message numerus="yes">
        <source>%n view(s) · {zoom} %</source>
        <translation>
            <numerusform>%n view · {zoom} %</numerusform>
            <numerusform>%n views · {zoom} %</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Frames</name>
    <message numerus="yes">
        <source>%n group(s) of numbered frames were opened as clips.</source>
        <translation>
            <numerusform>%n group of numbered frames was opened as a clip.</numerusform>
            <numerusform>%n groups of numbered frames were opened as clips.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>These %n photo(s) look like the frames of a clip.</source>
        <translation>
            <numerusform>This %n photo looks like the frame of a clip.</numerusform>
            <numerusform>These %n photos look like the frames of a clip.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name} is the first of %n numbered frame(s).</source>
        <translation>
            <numerusform>{name} is the first of %n numbered frame.</numerusform>
            <numerusform>{name} is the first of %n numbered frames.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name}: %n numbered frame(s), opened as one clip.</source>
        <translation>
            <numerusform>{name}: %n numbered frame, opened as one clip.</numerusform>
            <numerusform>{name}: %n numbered frames, opened as one clip.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message numerus="yes">
        <source>%n core(s)</source>
        <translation>
            <numerusform>%n core</numerusform>
            <numerusform>%n cores</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ItemsModel</name>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n frame</numerusform>
            <numerusform>%n frames</numerusform>
        </translation>
    </message>
</context>
</TS>
