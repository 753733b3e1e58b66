; Installs rainapp on Windows, for one person or for everybody. Written for Inno Setup 6; NOT RUN.
;
;   iscc /DVersion=0.1.0 /DSource=..\..\..\dist\rainapp-0.1.0-windows-x86_64 build\bundle\windows\rainapp.iss
;
; Nothing is made the default for a kind of file: rainapp is offered under "Open with".

#ifndef Version
  #error Name the version: /DVersion=0.1.0
#endif
#ifndef Source
  #error Name the folder of the bundle: /DSource=dist\...
#endif

[Setup]
AppId={{6B1F1C0E-7C54-4E0B-9C0B-52F2D1C3A7D4}
AppName=rainapp
AppVersion={#Version}
AppPublisher=The authors of rainapp
DefaultDirName={autopf}\rainapp
DefaultGroupName=rainapp
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
OutputDir=..\..\..\dist
OutputBaseFilename=rainapp-{#Version}-windows-x86_64-setup
Compression=lzma2/normal
SolidCompression=yes
LicenseFile={#Source}\LICENSE
SetupIconFile=..\..\..\.cache\bundle\rainapp.ico
UninstallDisplayIcon={app}\rainapp.exe
UninstallDisplayName=rainapp
ChangesAssociations=yes
ChangesEnvironment=yes
CloseApplications=yes
WizardStyle=modern

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[CustomMessages]
en.OnPath=Let "rainapp-cli" be typed in a terminal
de.OnPath="rainapp-cli" im Terminal aufrufbar machen

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "onpath"; Description: "{cm:OnPath}"; Flags: unchecked

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[InstallDelete]
; An update leaves no library of the version before.
Type: filesandordirs; Name: "{app}\_internal"

[Icons]
Name: "{autoprograms}\rainapp"; Filename: "{app}\rainapp.exe"; AppUserModelID: "org.rainapp.rainapp"
Name: "{autodesktop}\rainapp"; Filename: "{app}\rainapp.exe"; Tasks: desktopicon; AppUserModelID: "org.rainapp.rainapp"

[Registry]
Root: HKA; Subkey: "Software\Classes\Applications\rainapp.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "rainapp"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\rainapp.exe\shell\open\command"; ValueType: string; ValueData: """{app}\rainapp.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\rainapp.picture"; ValueType: string; ValueData: "Photo or clip"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\rainapp.picture\DefaultIcon"; ValueType: string; ValueData: "{app}\rainapp.exe,0"
Root: HKA; Subkey: "Software\Classes\rainapp.picture\shell\open\command"; ValueType: string; ValueData: """{app}\rainapp.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\.jpg\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.jpeg\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.jpe\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.jfif\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.png\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.apng\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.tif\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.tiff\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.webp\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.heic\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.heif\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.hif\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.avif\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.bmp\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.dib\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.mp4\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.m4v\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.mov\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.mkv\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.webm\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.avi\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.mts\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.m2ts\OpenWithProgids"; ValueType: string; ValueName: "rainapp.picture"; ValueData: ""; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: onpath; Check: NotOnPath

[Run]
Filename: "{app}\rainapp.exe"; Description: "{cm:LaunchProgram,rainapp}"; Flags: nowait postinstall skipifsilent

[Code]
function NotOnPath: Boolean;
var
  Path: String;
begin
  Result := True;
  if RegQueryStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Path) then
    Result := Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Path) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Path, App: String;
begin
  if (Step = usPostUninstall) and RegQueryStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Path) then begin
    App := ExpandConstant('{app}');
    if StringChangeEx(Path, ';' + App, '', True) > 0 then
      RegWriteExpandStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Path);
  end;
end;
