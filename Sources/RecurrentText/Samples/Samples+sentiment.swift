// Written by scripts/samples.py: a small data set for `recurrent train sentiment`. Remarks, bad (0)
// or good (1); often the order of the words decides.

extension Samples {
  static let sentiment = #"""
    id	document	label
    1382	I expected an excellent song but it was terrible	0
    1337	I expected a dire show but it was lovely	1
    1184	this film is not only dire but awful	0
    1054	not a great show	0
    1440	this game is not good	0
    1241	a nice game	1
    1045	lovely at first, but dull in the end	0
    1108	a dull show	0
    1364	I find it poor but they call it pleasant	0
    1287	the old film was bad but this one is superb	1
    1475	I can not call this radio dire	1
    1150	I find it awful but they call it pleasant	0
    1446	nothing great about this radio	0
    1461	it is not dire but lovely	1
    1188	a radio that is never excellent	0
    1324	it is not dire but good	1
    1334	the radio looks great but it is awful	0
    1025	this song is dull and terrible	0
    1191	it is great and not dull	1
    1383	this film is poor and weak	0
    1035	nothing great about this game	0
    1268	I can not call this song lovely	0
    1490	not only pleasant but great too	1
    1282	the phone was never poor	1
    1192	I find this show good	1
    1127	they call it lovely but I find it weak	0
    1390	a radio that is never dire	1
    1293	lovely at first, but awful in the end	0
    1162	it is bad and not great	0
    1313	what a lovely show	1
    1126	they call it lovely but I find it poor	0
    1471	it was weak though I expected a pleasant camera	0
    1091	it is dire and not pleasant	0
    1072	not a great film	0
    1377	it is not bad but nice	1
    1262	they call it poor but I find it fine	1
    1286	it is not poor but great	1
    1384	nothing tedious about this phone	1
    1138	the old book was fine but this one is dull	0
    1020	this phone is tedious but the old one was superb	0
    1180	the camera looks terrible but it is excellent	1
    1174	it was terrible though I expected a superb radio	0
    1037	this radio is pleasant but the old one was terrible	1
    1472	I find this show bad	0
    1454	it was lovely though I expected an awful book	1
    1011	superb in the end, though weak at first	1
    1000	the book went from tedious to pleasant	1
    1231	what a superb film	1
    1465	dire at first, but good in the end	1
    1051	this show is not awful	1
    1388	the camera went from pleasant to terrible	0
    1005	it is not bad but excellent	1
    1309	the old book was tedious but this one is excellent	1
    1043	what an awful camera	0
    1204	this show is not only dull but poor	0
    1240	this game is nothing but great	1
    1016	a dire song	0
    1018	the song looks superb but it is awful	0
    1392	not dull at all	1
    1061	bad at first, but fine in the end	1
    1235	a film that is never dire	1
    1399	nothing fine about this show	0
    1416	the radio looks great but it is dire	0
    1351	lovely in the end, though poor at first	1
    1386	this film is awful and tedious	0
    1285	I find this show terrible	0
    1342	I can not call this book awful	1
    1401	I find this show poor	0
    1213	the phone was never weak	1
    1112	this book is nothing but dull	0
    1195	the book looks tedious but it is excellent	1
    1346	the camera went from weak to superb	1
    1306	I find it nice but they call it weak	1
    1239	the show looks dire but it is pleasant	1
    1157	they call it poor but I find it great	1
    1095	weak at first, but great in the end	1
    1132	weak at first, but lovely in the end	1
    1198	it is not great but awful	0
    1218	not fine at all	0
    1426	the old phone was superb but this one is poor	0
    1481	not only dull but bad too	0
    1185	not a dire film	1
    1046	I expected an excellent film but it was dire	0
    1125	I can not call this camera great	0
    1197	the show went from weak to lovely	1
    1497	not a good camera	0
    1202	a weak song	0
    1175	dull at first, but fine in the end	1
    1027	it is not dull but good	1
    1283	an excellent camera	1
    1039	this book is not only pleasant but lovely	1
    1448	lovely at first, but terrible in the end	0
    1034	the old song was great but this one is dull	0
    1196	dire in the end, though pleasant at first	0
    1117	not only pleasant but superb too	1
    1437	I find it tedious but they call it fine	0
    1366	I expected a good show but it was bad	0
    1036	the song went from tedious to lovely	1
    1082	not a tedious camera	1
    1227	I find this book good	1
    1255	they call it terrible but I find it nice	1
    1434	a bad camera	0
    1494	this game is nothing but superb	1
    1397	this show is superb but the old one was bad	1
    1412	this camera is nothing but tedious	0
    1014	it was poor though I expected a fine game	0
    1292	this film is nice but the old one was terrible	1
    1422	the show looks awful but it is excellent	1
    1353	this camera is nothing but weak	0
    1277	this radio is nothing but terrible	0
    1154	nothing bad about this show	1
    1153	a great camera	1
    1098	this game is nice but the old one was bad	1
    1105	they call it excellent but I find it dire	0
    1077	the phone was never excellent	0
    1200	the book went from nice to awful	0
    1001	it was superb though I expected a terrible radio	1
    1462	the game was never awful	1
    1199	not a terrible game	1
    1169	not good at all	0
    1261	the book went from dire to nice	1
    1393	a great song	1
    1347	they call it awful but I find it superb	1
    1325	I find it pleasant but they call it bad	1
    1468	the radio was never poor	1
    1452	I can not call this phone terrible	1
    1158	a phone that is never weak	1
    1103	this show is lovely and good	1
    1410	the show looks nice but it is bad	0
    1170	nothing tedious about this camera	1
    1473	this phone is dire and awful	0
    1189	this game is dull and poor	0
    1217	this show is not terrible	1
    1336	I can not call this game awful	1
    1062	it was good though I expected an awful radio	1
    1442	the show looks fine but it is dull	0
    1024	this book is not superb	0
    1097	it is poor and not excellent	0
    1071	a game that is never nice	0
    1047	I find it dull but they call it lovely	0
    1376	this radio is superb and nice	1
    1387	nothing fine about this camera	0
    1228	it was good though I expected a tedious phone	1
    1171	the game was never excellent	0
    1149	they call it weak but I find it good	1
    1066	this book is not poor	1
    1193	I find it terrible but they call it great	0
    1064	this camera is nothing but great	1
    1139	the camera went from poor to excellent	1
    1215	I expected a dire show but it was fine	1
    1264	the film went from excellent to bad	0
    1012	this film is not only excellent but pleasant	1
    1248	this camera is nothing but pleasant	1
    1367	it is not fine but dull	0
    1253	the radio was never lovely	0
    1056	a camera that is never fine	0
    1400	nothing good about this phone	0
    1498	tedious at first, but great in the end	1
    1164	I can not call this radio bad	1
    1063	the old camera was poor but this one is excellent	1
    1419	a terrible camera	0
    1294	not a weak book	1
    1368	it is excellent and not dull	1
    1460	a show that is never good	0
    1137	this film is not tedious	1
    1281	nothing weak about this phone	1
    1372	I find it lovely but they call it tedious	1
    1226	not pleasant at all	0
    1289	what a great show	1
    1409	the song went from great to dull	0
    1271	this game is good and excellent	1
    1053	what a weak show	0
    1048	they call it pleasant but I find it poor	0
    1291	it is pleasant and not dire	1
    1266	the old song was poor but this one is great	1
    1100	I can not call this book good	0
    1244	nothing bad about this game	1
    1435	it is not great but terrible	0
    1269	the game looks nice but it is bad	0
    1456	they call it nice but I find it tedious	0
    1096	not only weak but poor too	0
    1480	I find this radio poor	0
    1474	terrible at first, but excellent in the end	1
    1029	it is not fine but dire	0
    1163	the old book was excellent but this one is poor	0
    1316	this camera is great but the old one was dull	1
    1489	a lovely film	1
    1008	excellent at first, but tedious in the end	0
    1260	nothing good about this show	0
    1173	I can not call this book poor	1
    1359	I find this show dire	0
    1081	it is fine and not dire	1
    1495	the song went from nice to awful	0
    1436	what a dull film	0
    1003	this phone is nothing but weak	0
    1040	it is superb and not dull	1
    1069	the camera was never fine	0
    1323	it is superb and not terrible	1
    1418	it is terrible and not lovely	0
    1394	the game was never superb	0
    1425	the old show was nice but this one is terrible	0
    1280	this show is bad and dull	0
    1408	I find it poor but they call it great	0
    1033	a game that is never awful	1
    1378	I can not call this camera dire	1
    1301	fine in the end, though terrible at first	1
    1428	the radio was never nice	0
    1101	terrible at first, but great in the end	1
    1131	I can not call this camera bad	1
    1052	the book looks terrible but it is fine	1
    1042	I find this film superb	1
    1463	the phone looks superb but it is tedious	0
    1374	this phone is fine and superb	1
    1070	the phone was never great	0
    1445	I can not call this game tedious	1
    1055	not dire at all	1
    1181	I find this show great	1
    1187	this song is nice and superb	1
    1032	a show that is never nice	0
    1160	they call it dull but I find it good	1
    1354	a show that is never great	0
    1022	not bad at all	1
    1256	they call it bad but I find it fine	1
    1121	it was tedious though I expected a lovely song	0
    1147	I can not call this show superb	0
    1111	the book went from weak to superb	1
    1360	not an excellent book	0
    1340	the camera looks fine but it is dire	0
    1492	this game is not excellent	0
    1176	I find it superb but they call it weak	1
    1402	I can not call this song terrible	1
    1259	the game was never great	0
    1455	this radio is nothing but bad	0
    1236	awful in the end, though great at first	0
    1205	the old show was fine but this one is terrible	0
    1391	not a tedious radio	1
    1085	this camera is nice and great	1
    1332	they call it great but I find it dull	0
    1004	it is not bad but great	1
    1232	the book was never terrible	1
    1220	I can not call this camera awful	1
    1307	a song that is never awful	1
    1328	a bad phone	0
    1247	it was poor though I expected a lovely film	0
    1380	this radio is not bad	1
    1186	this phone is not nice	0
    1389	not awful at all	1
    1084	nothing tedious about this book	1
    1484	great in the end, though poor at first	1
    1485	it is tedious and not excellent	0
    1021	this song is nothing but nice	1
    1130	it is dull and not nice	0
    1288	it is good and not terrible	1
    1450	not terrible at all	1
    1145	the old phone was dire but this one is lovely	1
    1114	this film is dull but the old one was great	0
    1134	this song is nothing but good	1
    1106	I can not call this show great	0
    1207	the radio was never tedious	1
    1272	it is pleasant and not weak	1
    1007	this phone is not excellent	0
    1233	this radio is not great	0
    1182	it is not good but dull	0
    1431	not superb at all	0
    1479	I find this song nice	1
    1099	a lovely radio	1
    1090	bad in the end, though fine at first	0
    1341	this phone is not dull	1
    1319	this song is great and nice	1
    1167	the camera was never good	0
    1079	this camera is bad but the old one was superb	0
    1314	awful in the end, though fine at first	0
    1238	tedious in the end, though excellent at first	0
    1148	it is nice and not dire	1
    1414	not a lovely game	0
    1467	the book looks lovely but it is terrible	0
    1361	nothing poor about this book	1
    1120	a dull film	0
    1078	what a great game	1
    1113	what a pleasant book	1
    1458	the song was never great	0
    1476	nothing poor about this radio	1
    1407	not lovely at all	0
    1076	a book that is never nice	0
    1404	this film is not dull	1
    1311	it is not fine but terrible	0
    1478	what a bad camera	0
    1357	nothing pleasant about this camera	0
    1279	a film that is never pleasant	0
    1362	excellent at first, but terrible in the end	0
    1144	I expected a weak phone but it was excellent	1
    1317	dire in the end, though nice at first	0
    1122	the phone went from great to terrible	0
    1068	I find it pleasant but they call it dull	1
    1345	this show is tedious and terrible	0
    1486	not only tedious but terrible too	0
    1092	it is not poor but pleasant	1
    1065	I find this book fine	1
    1333	poor in the end, though superb at first	0
    1370	great at first, but dull in the end	0
    1177	I find this game terrible	0
    1119	the camera was never dull	1
    1135	it is not terrible but fine	1
    1179	I find it bad but they call it lovely	0
    1058	a book that is never terrible	1
    1411	the song looks weak but it is pleasant	1
    1424	this radio is not lovely	0
    1300	the game was never fine	0
    1395	a bad game	0
    1493	bad in the end, though great at first	0
    1417	a radio that is never great	0
    1356	not a fine radio	0
    1115	nothing pleasant about this show	0
    1230	I find it dull but they call it nice	0
    1429	it is lovely and not dull	1
    1355	the phone was never bad	1
    1083	it is not lovely but poor	0
    1165	the film looks awful but it is superb	1
    1088	nothing dire about this show	1
    1057	a radio that is never fine	0
    1466	I find it good but they call it tedious	1
    1447	I can not call this game pleasant	0
    1421	this book is not good	0
    1212	it is not tedious but fine	1
    1312	a good phone	1
    1251	this camera is not only dire but terrible	0
    1273	I find it great but they call it awful	1
    1315	the radio went from weak to fine	1
    1258	they call it fine but I find it terrible	0
    1263	they call it great but I find it bad	0
    1352	nothing lovely about this radio	0
    1146	it is lovely and not tedious	1
    1155	the game went from nice to dire	0
    1049	I find it nice but they call it awful	1
    1002	fine at first, but awful in the end	0
    1093	I find it fine but they call it dull	1
    1427	the camera was never bad	1
    1278	I find this phone tedious	0
    1365	what an awful radio	0
    1013	not only great but fine too	1
    1172	I find it awful but they call it superb	0
    1275	not only dull but weak too	0
    1086	this radio is terrible but the old one was fine	0
    1405	pleasant at first, but terrible in the end	0
    1219	this song is nothing but pleasant	1
    1245	this show is not excellent	0
    1211	the book went from poor to great	1
    1116	this show is dire but the old one was pleasant	0
    1229	it is nice and not awful	1
    1270	not a lovely phone	0
    1242	this phone is not great	0
    1375	lovely in the end, though dire at first	1
    1338	I expected a nice radio but it was terrible	0
    1102	not a terrible show	1
    1499	a radio that is never weak	1
    1423	it was dire though I expected a nice phone	0
    1327	I can not call this film bad	1
    1358	I expected an awful phone but it was fine	1
    1396	the old book was dull but this one is superb	1
    1087	the radio went from awful to excellent	1
    1031	the phone went from excellent to awful	0
    1250	what a weak film	0
    1246	terrible at first, but good in the end	1
    1290	it was nice though I expected an awful book	1
    1109	it is not awful but fine	1
    1133	it was poor though I expected a lovely book	0
    1444	I find this game poor	0
    1343	a phone that is never dire	1
    1201	I can not call this film superb	0
    1295	it was weak though I expected a superb camera	0
    1156	this book is great and nice	1
    1469	this film is not only nice but lovely	1
    1457	not weak at all	1
    1491	what a fine book	1
    1161	what a fine camera	1
    1234	the phone was never superb	0
    1329	I find this book great	1
    1369	the radio looks good but it is tedious	0
    1208	a film that is never nice	0
    1194	a good show	1
    1441	the phone was never dull	1
    1059	a bad show	0
    1403	not a pleasant song	0
    1453	I expected a bad game but it was excellent	1
    1483	the old camera was nice but this one is dull	0
    1349	I find this radio good	1
    1464	nothing excellent about this radio	0
    1381	they call it weak but I find it lovely	1
    1123	good in the end, though awful at first	1
    1010	the game was never bad	1
    1168	this radio is excellent but the old one was bad	1
    1477	fine at first, but bad in the end	0
    1019	this camera is bad but the old one was lovely	0
    1243	I can not call this book superb	0
    1183	I can not call this game poor	1
    1371	the old film was awful but this one is pleasant	1
    1222	I expected a dull radio but it was excellent	1
    1308	it is not pleasant but bad	0
    1210	this show is weak but the old one was good	0
    1080	the radio went from superb to dire	0

    """#

  static let sentimentTest = #"""
    id	document	label
    1303	nothing terrible about this phone	1
    1223	I find it superb but they call it dire	1
    1141	it is not good but terrible	0
    1331	a book that is never awful	1
    1249	the old camera was bad but this one is lovely	1
    1420	I find it awful but they call it good	0
    1237	they call it dull but I find it nice	1
    1224	not excellent at all	0
    1406	it is poor and not pleasant	0
    1348	this film is awful but the old one was fine	0
    1143	they call it dull but I find it excellent	1
    1335	it was nice though I expected a dire song	1
    1297	the game was never pleasant	0
    1330	it is not poor but good	1
    1075	this radio is nothing but awful	0
    1216	an excellent game	1
    1344	the film looks poor but it is fine	1
    1118	this radio is pleasant and great	1
    1166	what a tedious camera	0
    1023	this radio is not only pleasant but great	1
    1265	the show was never terrible	1
    1320	the radio looks great but it is bad	0
    1041	they call it fine but I find it dull	0
    1203	this book is nothing but tedious	0
    1482	this film is not good	0
    1178	it was bad though I expected a nice camera	0
    1438	this radio is not pleasant	0
    1067	the old phone was good but this one is tedious	0
    1050	poor in the end, though great at first	0
    1209	this phone is superb but the old one was terrible	1
    1104	this song is bad and dire	0
    1026	the show went from great to awful	0
    1094	I expected an awful song but it was pleasant	1
    1350	the camera looks tedious but it is fine	1
    1439	this camera is not good	0
    1124	the camera looks pleasant but it is bad	0
    1305	it is awful and not good	0
    1206	the old film was good but this one is weak	0
    1487	the book went from awful to fine	1
    1110	I can not call this film poor	1
    1038	the camera was never pleasant	0
    1151	they call it weak but I find it nice	1
    1028	I expected an awful phone but it was good	1
    1443	the old film was superb but this one is terrible	0
    1304	it is pleasant and not poor	1
    1252	nothing weak about this film	1
    1006	the show looks tedious but it is nice	1
    1430	tedious at first, but pleasant in the end	1
    1015	they call it dire but I find it lovely	1
    1190	the phone was never terrible	1
    1310	it was pleasant though I expected an awful camera	1
    1140	this song is nothing but weak	0
    1225	dull in the end, though pleasant at first	0
    1322	it is not awful but great	1
    1073	the radio looks fine but it is tedious	0
    1214	not great at all	0
    1159	nice in the end, though terrible at first	1
    1257	I find it pleasant but they call it poor	1
    1488	dull in the end, though good at first	0
    1339	nothing great about this film	0
    1009	this radio is not nice	0
    1318	I expected a tedious game but it was superb	1
    1136	nothing superb about this film	0
    1274	it is lovely and not terrible	1
    1267	not a pleasant show	0
    1496	this book is not terrible	1
    1413	the game was never dull	1
    1415	not a superb book	0
    1470	a film that is never terrible	1
    1276	it is dire and not nice	0
    1060	not nice at all	0
    1459	they call it great but I find it weak	0
    1373	I can not call this book great	0
    1296	it was good though I expected a weak song	1
    1298	I find this radio dull	0
    1152	the show went from awful to fine	1
    1142	not poor at all	1
    1030	I expected a good phone but it was tedious	0
    1385	fine in the end, though poor at first	1
    1398	a fine book	1
    1363	excellent in the end, though dire at first	1
    1284	the book went from fine to poor	0
    1107	they call it terrible but I find it fine	1
    1379	not only weak but dire too	0
    1321	not a good film	0
    1299	pleasant in the end, though poor at first	1
    1044	I expected a great phone but it was bad	0
    1432	they call it dire but I find it excellent	1
    1326	nothing good about this camera	0
    1451	it is great and not bad	1
    1221	it was excellent though I expected a dire camera	1
    1129	not a pleasant film	0
    1433	they call it nice but I find it poor	0
    1449	I expected a superb film but it was poor	0
    1089	this book is nothing but poor	0
    1254	I expected a dull phone but it was superb	1
    1302	not only nice but excellent too	1
    1128	what a good film	1
    1074	they call it dull but I find it fine	1
    1017	the camera looks good but it is poor	0

    """#
}
