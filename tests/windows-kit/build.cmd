@echo off
rem build.cmd: builds all programs of the kit, with gcc (MSYS2) or with cl (Visual Studio).
rem Not yet run on Windows.
setlocal
cd /d "%~dp0"
if not exist build.cmd (
	echo build.cmd: copy the folder to a drive of this computer first
	exit /b 1
)
set failed=
for %%c in (cl.exe) do if "%%~$PATH:c"=="" goto gcc

set with=cl
set arch=%VSCMD_ARG_TGT_ARCH%
if not "%arch%"=="x64" if not "%arch%"=="arm64" (
	echo build.cmd: needs the "x64 Native Tools Command Prompt": see README.txt
	exit /b 1
)
rem midl writes lines.h, lines_c.c and lines_s.c anew, as cl wants them
pushd alpc\rpc
midl /nologo /env %arch% lines.idl
popd
goto all

:gcc
set with=gcc
for %%d in ("C:\msys64\ucrt64\bin") do if exist "%%~d\gcc.exe" set "PATH=%%~d;%PATH%"
for %%c in (gcc.exe) do if not "%%~$PATH:c"=="" goto all
echo build.cmd: needs gcc or cl: see README.txt, "Build them again"
exit /b 1

:all
for %%p in (shm mailslot fifo) do call :pair %%p\windows advapi32
call :pair pipes\windows
call :one pipes\windows twoway
call :pair alpc\windows advapi32
call :one alpc\rpc producer rpcrt4 advapi32 lines_c.c
call :one alpc\rpc consumer rpcrt4 advapi32 lines_s.c
call :one check check advapi32
if exist check\check.exe move /y check\check.exe . >nul
if defined failed (
	echo build.cmd: something was not built: the error stands above
	exit /b 1
)
echo build.cmd: all is built, with %with%
exit /b 0

:pair
call :one %1 producer %2
call :one %1 consumer %2
exit /b

rem :one FOLDER PROGRAM [LIBRARY [LIBRARY [SOURCE]]]
:one
pushd %1
if exist %2.exe del %2.exe
if %with%==cl (
	set libraries=
	if not "%3"=="" set libraries=%3.lib
	if not "%4"=="" set libraries=%3.lib %4.lib
	call :cl %2 %5
) else (
	set libraries=
	if not "%3"=="" set libraries=-l%3
	if not "%4"=="" set libraries=-l%3 -l%4
	call :mingw %2 %5
)
if not exist %2.exe set failed=yes
popd
exit /b

:cl
cl /nologo /std:c17 /O2 /W3 /Fe:%1.exe %1.c %2 %libraries%
del *.obj 2>nul
exit /b

:mingw
gcc -std=c17 -O2 -Wall -static -s -o %1.exe %1.c %2 %libraries%
exit /b
