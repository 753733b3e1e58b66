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
    <name>Header</name>
    <message numerus="yes">
        <source>%n core(s)</source>
        <translation>
            <numerusform>%n core</numerusform>
            <numerusform>%n cores</numerusform>
        </translation>
    </message>
</context>
</TS>
