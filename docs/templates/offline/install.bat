@echo off
rem Installs bokuan from the folder wheels beside this file. Nothing is fetched from a network.
cd /d "%~dp0"
py -3.11 -m venv .venv || goto failed
.venv\Scripts\python -m pip install --no-index --find-links wheels "bokuan[notebook]" || goto failed
.venv\Scripts\bokuan doctor
pause
exit /b 0
:failed
echo The installation failed. The reason stands above. Python 3.11, 64 bit, has to be there first.
pause
exit /b 1
