//! More fragments than rustc's limit of recursion has levels.

#![deny(warnings)]

mod parts {
    policy_macros::policy_fragment! { pub(crate) f0 { grants { autogroup:member -> tag:web on 1001; } } }
    policy_macros::policy_fragment! { pub(crate) f1 { grants { autogroup:member -> tag:web on 1002; } } }
    policy_macros::policy_fragment! { pub(crate) f2 { grants { autogroup:member -> tag:web on 1003; } } }
    policy_macros::policy_fragment! { pub(crate) f3 { grants { autogroup:member -> tag:web on 1004; } } }
    policy_macros::policy_fragment! { pub(crate) f4 { grants { autogroup:member -> tag:web on 1005; } } }
    policy_macros::policy_fragment! { pub(crate) f5 { grants { autogroup:member -> tag:web on 1006; } } }
    policy_macros::policy_fragment! { pub(crate) f6 { grants { autogroup:member -> tag:web on 1007; } } }
    policy_macros::policy_fragment! { pub(crate) f7 { grants { autogroup:member -> tag:web on 1008; } } }
    policy_macros::policy_fragment! { pub(crate) f8 { grants { autogroup:member -> tag:web on 1009; } } }
    policy_macros::policy_fragment! { pub(crate) f9 { grants { autogroup:member -> tag:web on 1010; } } }
    policy_macros::policy_fragment! { pub(crate) f10 { grants { autogroup:member -> tag:web on 1011; } } }
    policy_macros::policy_fragment! { pub(crate) f11 { grants { autogroup:member -> tag:web on 1012; } } }
    policy_macros::policy_fragment! { pub(crate) f12 { grants { autogroup:member -> tag:web on 1013; } } }
    policy_macros::policy_fragment! { pub(crate) f13 { grants { autogroup:member -> tag:web on 1014; } } }
    policy_macros::policy_fragment! { pub(crate) f14 { grants { autogroup:member -> tag:web on 1015; } } }
    policy_macros::policy_fragment! { pub(crate) f15 { grants { autogroup:member -> tag:web on 1016; } } }
    policy_macros::policy_fragment! { pub(crate) f16 { grants { autogroup:member -> tag:web on 1017; } } }
    policy_macros::policy_fragment! { pub(crate) f17 { grants { autogroup:member -> tag:web on 1018; } } }
    policy_macros::policy_fragment! { pub(crate) f18 { grants { autogroup:member -> tag:web on 1019; } } }
    policy_macros::policy_fragment! { pub(crate) f19 { grants { autogroup:member -> tag:web on 1020; } } }
    policy_macros::policy_fragment! { pub(crate) f20 { grants { autogroup:member -> tag:web on 1021; } } }
    policy_macros::policy_fragment! { pub(crate) f21 { grants { autogroup:member -> tag:web on 1022; } } }
    policy_macros::policy_fragment! { pub(crate) f22 { grants { autogroup:member -> tag:web on 1023; } } }
    policy_macros::policy_fragment! { pub(crate) f23 { grants { autogroup:member -> tag:web on 1024; } } }
    policy_macros::policy_fragment! { pub(crate) f24 { grants { autogroup:member -> tag:web on 1025; } } }
    policy_macros::policy_fragment! { pub(crate) f25 { grants { autogroup:member -> tag:web on 1026; } } }
    policy_macros::policy_fragment! { pub(crate) f26 { grants { autogroup:member -> tag:web on 1027; } } }
    policy_macros::policy_fragment! { pub(crate) f27 { grants { autogroup:member -> tag:web on 1028; } } }
    policy_macros::policy_fragment! { pub(crate) f28 { grants { autogroup:member -> tag:web on 1029; } } }
    policy_macros::policy_fragment! { pub(crate) f29 { grants { autogroup:member -> tag:web on 1030; } } }
    policy_macros::policy_fragment! { pub(crate) f30 { grants { autogroup:member -> tag:web on 1031; } } }
    policy_macros::policy_fragment! { pub(crate) f31 { grants { autogroup:member -> tag:web on 1032; } } }
    policy_macros::policy_fragment! { pub(crate) f32 { grants { autogroup:member -> tag:web on 1033; } } }
    policy_macros::policy_fragment! { pub(crate) f33 { grants { autogroup:member -> tag:web on 1034; } } }
    policy_macros::policy_fragment! { pub(crate) f34 { grants { autogroup:member -> tag:web on 1035; } } }
    policy_macros::policy_fragment! { pub(crate) f35 { grants { autogroup:member -> tag:web on 1036; } } }
    policy_macros::policy_fragment! { pub(crate) f36 { grants { autogroup:member -> tag:web on 1037; } } }
    policy_macros::policy_fragment! { pub(crate) f37 { grants { autogroup:member -> tag:web on 1038; } } }
    policy_macros::policy_fragment! { pub(crate) f38 { grants { autogroup:member -> tag:web on 1039; } } }
    policy_macros::policy_fragment! { pub(crate) f39 { grants { autogroup:member -> tag:web on 1040; } } }
    policy_macros::policy_fragment! { pub(crate) f40 { grants { autogroup:member -> tag:web on 1041; } } }
    policy_macros::policy_fragment! { pub(crate) f41 { grants { autogroup:member -> tag:web on 1042; } } }
    policy_macros::policy_fragment! { pub(crate) f42 { grants { autogroup:member -> tag:web on 1043; } } }
    policy_macros::policy_fragment! { pub(crate) f43 { grants { autogroup:member -> tag:web on 1044; } } }
    policy_macros::policy_fragment! { pub(crate) f44 { grants { autogroup:member -> tag:web on 1045; } } }
    policy_macros::policy_fragment! { pub(crate) f45 { grants { autogroup:member -> tag:web on 1046; } } }
    policy_macros::policy_fragment! { pub(crate) f46 { grants { autogroup:member -> tag:web on 1047; } } }
    policy_macros::policy_fragment! { pub(crate) f47 { grants { autogroup:member -> tag:web on 1048; } } }
    policy_macros::policy_fragment! { pub(crate) f48 { grants { autogroup:member -> tag:web on 1049; } } }
    policy_macros::policy_fragment! { pub(crate) f49 { grants { autogroup:member -> tag:web on 1050; } } }
    policy_macros::policy_fragment! { pub(crate) f50 { grants { autogroup:member -> tag:web on 1051; } } }
    policy_macros::policy_fragment! { pub(crate) f51 { grants { autogroup:member -> tag:web on 1052; } } }
    policy_macros::policy_fragment! { pub(crate) f52 { grants { autogroup:member -> tag:web on 1053; } } }
    policy_macros::policy_fragment! { pub(crate) f53 { grants { autogroup:member -> tag:web on 1054; } } }
    policy_macros::policy_fragment! { pub(crate) f54 { grants { autogroup:member -> tag:web on 1055; } } }
    policy_macros::policy_fragment! { pub(crate) f55 { grants { autogroup:member -> tag:web on 1056; } } }
    policy_macros::policy_fragment! { pub(crate) f56 { grants { autogroup:member -> tag:web on 1057; } } }
    policy_macros::policy_fragment! { pub(crate) f57 { grants { autogroup:member -> tag:web on 1058; } } }
    policy_macros::policy_fragment! { pub(crate) f58 { grants { autogroup:member -> tag:web on 1059; } } }
    policy_macros::policy_fragment! { pub(crate) f59 { grants { autogroup:member -> tag:web on 1060; } } }
    policy_macros::policy_fragment! { pub(crate) f60 { grants { autogroup:member -> tag:web on 1061; } } }
    policy_macros::policy_fragment! { pub(crate) f61 { grants { autogroup:member -> tag:web on 1062; } } }
    policy_macros::policy_fragment! { pub(crate) f62 { grants { autogroup:member -> tag:web on 1063; } } }
    policy_macros::policy_fragment! { pub(crate) f63 { grants { autogroup:member -> tag:web on 1064; } } }
    policy_macros::policy_fragment! { pub(crate) f64 { grants { autogroup:member -> tag:web on 1065; } } }
    policy_macros::policy_fragment! { pub(crate) f65 { grants { autogroup:member -> tag:web on 1066; } } }
    policy_macros::policy_fragment! { pub(crate) f66 { grants { autogroup:member -> tag:web on 1067; } } }
    policy_macros::policy_fragment! { pub(crate) f67 { grants { autogroup:member -> tag:web on 1068; } } }
    policy_macros::policy_fragment! { pub(crate) f68 { grants { autogroup:member -> tag:web on 1069; } } }
    policy_macros::policy_fragment! { pub(crate) f69 { grants { autogroup:member -> tag:web on 1070; } } }
    policy_macros::policy_fragment! { pub(crate) f70 { grants { autogroup:member -> tag:web on 1071; } } }
    policy_macros::policy_fragment! { pub(crate) f71 { grants { autogroup:member -> tag:web on 1072; } } }
    policy_macros::policy_fragment! { pub(crate) f72 { grants { autogroup:member -> tag:web on 1073; } } }
    policy_macros::policy_fragment! { pub(crate) f73 { grants { autogroup:member -> tag:web on 1074; } } }
    policy_macros::policy_fragment! { pub(crate) f74 { grants { autogroup:member -> tag:web on 1075; } } }
    policy_macros::policy_fragment! { pub(crate) f75 { grants { autogroup:member -> tag:web on 1076; } } }
    policy_macros::policy_fragment! { pub(crate) f76 { grants { autogroup:member -> tag:web on 1077; } } }
    policy_macros::policy_fragment! { pub(crate) f77 { grants { autogroup:member -> tag:web on 1078; } } }
    policy_macros::policy_fragment! { pub(crate) f78 { grants { autogroup:member -> tag:web on 1079; } } }
    policy_macros::policy_fragment! { pub(crate) f79 { grants { autogroup:member -> tag:web on 1080; } } }
    policy_macros::policy_fragment! { pub(crate) f80 { grants { autogroup:member -> tag:web on 1081; } } }
    policy_macros::policy_fragment! { pub(crate) f81 { grants { autogroup:member -> tag:web on 1082; } } }
    policy_macros::policy_fragment! { pub(crate) f82 { grants { autogroup:member -> tag:web on 1083; } } }
    policy_macros::policy_fragment! { pub(crate) f83 { grants { autogroup:member -> tag:web on 1084; } } }
    policy_macros::policy_fragment! { pub(crate) f84 { grants { autogroup:member -> tag:web on 1085; } } }
    policy_macros::policy_fragment! { pub(crate) f85 { grants { autogroup:member -> tag:web on 1086; } } }
    policy_macros::policy_fragment! { pub(crate) f86 { grants { autogroup:member -> tag:web on 1087; } } }
    policy_macros::policy_fragment! { pub(crate) f87 { grants { autogroup:member -> tag:web on 1088; } } }
    policy_macros::policy_fragment! { pub(crate) f88 { grants { autogroup:member -> tag:web on 1089; } } }
    policy_macros::policy_fragment! { pub(crate) f89 { grants { autogroup:member -> tag:web on 1090; } } }
    policy_macros::policy_fragment! { pub(crate) f90 { grants { autogroup:member -> tag:web on 1091; } } }
    policy_macros::policy_fragment! { pub(crate) f91 { grants { autogroup:member -> tag:web on 1092; } } }
    policy_macros::policy_fragment! { pub(crate) f92 { grants { autogroup:member -> tag:web on 1093; } } }
    policy_macros::policy_fragment! { pub(crate) f93 { grants { autogroup:member -> tag:web on 1094; } } }
    policy_macros::policy_fragment! { pub(crate) f94 { grants { autogroup:member -> tag:web on 1095; } } }
    policy_macros::policy_fragment! { pub(crate) f95 { grants { autogroup:member -> tag:web on 1096; } } }
    policy_macros::policy_fragment! { pub(crate) f96 { grants { autogroup:member -> tag:web on 1097; } } }
    policy_macros::policy_fragment! { pub(crate) f97 { grants { autogroup:member -> tag:web on 1098; } } }
    policy_macros::policy_fragment! { pub(crate) f98 { grants { autogroup:member -> tag:web on 1099; } } }
    policy_macros::policy_fragment! { pub(crate) f99 { grants { autogroup:member -> tag:web on 1100; } } }
    policy_macros::policy_fragment! { pub(crate) f100 { grants { autogroup:member -> tag:web on 1101; } } }
    policy_macros::policy_fragment! { pub(crate) f101 { grants { autogroup:member -> tag:web on 1102; } } }
    policy_macros::policy_fragment! { pub(crate) f102 { grants { autogroup:member -> tag:web on 1103; } } }
    policy_macros::policy_fragment! { pub(crate) f103 { grants { autogroup:member -> tag:web on 1104; } } }
    policy_macros::policy_fragment! { pub(crate) f104 { grants { autogroup:member -> tag:web on 1105; } } }
    policy_macros::policy_fragment! { pub(crate) f105 { grants { autogroup:member -> tag:web on 1106; } } }
    policy_macros::policy_fragment! { pub(crate) f106 { grants { autogroup:member -> tag:web on 1107; } } }
    policy_macros::policy_fragment! { pub(crate) f107 { grants { autogroup:member -> tag:web on 1108; } } }
    policy_macros::policy_fragment! { pub(crate) f108 { grants { autogroup:member -> tag:web on 1109; } } }
    policy_macros::policy_fragment! { pub(crate) f109 { grants { autogroup:member -> tag:web on 1110; } } }
    policy_macros::policy_fragment! { pub(crate) f110 { grants { autogroup:member -> tag:web on 1111; } } }
    policy_macros::policy_fragment! { pub(crate) f111 { grants { autogroup:member -> tag:web on 1112; } } }
    policy_macros::policy_fragment! { pub(crate) f112 { grants { autogroup:member -> tag:web on 1113; } } }
    policy_macros::policy_fragment! { pub(crate) f113 { grants { autogroup:member -> tag:web on 1114; } } }
    policy_macros::policy_fragment! { pub(crate) f114 { grants { autogroup:member -> tag:web on 1115; } } }
    policy_macros::policy_fragment! { pub(crate) f115 { grants { autogroup:member -> tag:web on 1116; } } }
    policy_macros::policy_fragment! { pub(crate) f116 { grants { autogroup:member -> tag:web on 1117; } } }
    policy_macros::policy_fragment! { pub(crate) f117 { grants { autogroup:member -> tag:web on 1118; } } }
    policy_macros::policy_fragment! { pub(crate) f118 { grants { autogroup:member -> tag:web on 1119; } } }
    policy_macros::policy_fragment! { pub(crate) f119 { grants { autogroup:member -> tag:web on 1120; } } }
    policy_macros::policy_fragment! { pub(crate) f120 { grants { autogroup:member -> tag:web on 1121; } } }
    policy_macros::policy_fragment! { pub(crate) f121 { grants { autogroup:member -> tag:web on 1122; } } }
    policy_macros::policy_fragment! { pub(crate) f122 { grants { autogroup:member -> tag:web on 1123; } } }
    policy_macros::policy_fragment! { pub(crate) f123 { grants { autogroup:member -> tag:web on 1124; } } }
    policy_macros::policy_fragment! { pub(crate) f124 { grants { autogroup:member -> tag:web on 1125; } } }
    policy_macros::policy_fragment! { pub(crate) f125 { grants { autogroup:member -> tag:web on 1126; } } }
    policy_macros::policy_fragment! { pub(crate) f126 { grants { autogroup:member -> tag:web on 1127; } } }
    policy_macros::policy_fragment! { pub(crate) f127 { grants { autogroup:member -> tag:web on 1128; } } }
    policy_macros::policy_fragment! { pub(crate) f128 { grants { autogroup:member -> tag:web on 1129; } } }
    policy_macros::policy_fragment! { pub(crate) f129 { grants { autogroup:member -> tag:web on 1130; } } }
    policy_macros::policy_fragment! { pub(crate) f130 { grants { autogroup:member -> tag:web on 1131; } } }
    policy_macros::policy_fragment! { pub(crate) f131 { grants { autogroup:member -> tag:web on 1132; } } }
    policy_macros::policy_fragment! { pub(crate) f132 { grants { autogroup:member -> tag:web on 1133; } } }
    policy_macros::policy_fragment! { pub(crate) f133 { grants { autogroup:member -> tag:web on 1134; } } }
    policy_macros::policy_fragment! { pub(crate) f134 { grants { autogroup:member -> tag:web on 1135; } } }
    policy_macros::policy_fragment! { pub(crate) f135 { grants { autogroup:member -> tag:web on 1136; } } }
    policy_macros::policy_fragment! { pub(crate) f136 { grants { autogroup:member -> tag:web on 1137; } } }
    policy_macros::policy_fragment! { pub(crate) f137 { grants { autogroup:member -> tag:web on 1138; } } }
    policy_macros::policy_fragment! { pub(crate) f138 { grants { autogroup:member -> tag:web on 1139; } } }
    policy_macros::policy_fragment! { pub(crate) f139 { grants { autogroup:member -> tag:web on 1140; } } }
    policy_macros::policy_fragment! { pub(crate) f140 { grants { autogroup:member -> tag:web on 1141; } } }
    policy_macros::policy_fragment! { pub(crate) f141 { grants { autogroup:member -> tag:web on 1142; } } }
    policy_macros::policy_fragment! { pub(crate) f142 { grants { autogroup:member -> tag:web on 1143; } } }
    policy_macros::policy_fragment! { pub(crate) f143 { grants { autogroup:member -> tag:web on 1144; } } }
    policy_macros::policy_fragment! { pub(crate) f144 { grants { autogroup:member -> tag:web on 1145; } } }
    policy_macros::policy_fragment! { pub(crate) f145 { grants { autogroup:member -> tag:web on 1146; } } }
    policy_macros::policy_fragment! { pub(crate) f146 { grants { autogroup:member -> tag:web on 1147; } } }
    policy_macros::policy_fragment! { pub(crate) f147 { grants { autogroup:member -> tag:web on 1148; } } }
    policy_macros::policy_fragment! { pub(crate) f148 { grants { autogroup:member -> tag:web on 1149; } } }
    policy_macros::policy_fragment! { pub(crate) f149 { grants { autogroup:member -> tag:web on 1150; } } }
    policy_macros::policy_fragment! { pub(crate) f150 { grants { autogroup:member -> tag:web on 1151; } } }
    policy_macros::policy_fragment! { pub(crate) f151 { grants { autogroup:member -> tag:web on 1152; } } }
    policy_macros::policy_fragment! { pub(crate) f152 { grants { autogroup:member -> tag:web on 1153; } } }
    policy_macros::policy_fragment! { pub(crate) f153 { grants { autogroup:member -> tag:web on 1154; } } }
    policy_macros::policy_fragment! { pub(crate) f154 { grants { autogroup:member -> tag:web on 1155; } } }
    policy_macros::policy_fragment! { pub(crate) f155 { grants { autogroup:member -> tag:web on 1156; } } }
    policy_macros::policy_fragment! { pub(crate) f156 { grants { autogroup:member -> tag:web on 1157; } } }
    policy_macros::policy_fragment! { pub(crate) f157 { grants { autogroup:member -> tag:web on 1158; } } }
    policy_macros::policy_fragment! { pub(crate) f158 { grants { autogroup:member -> tag:web on 1159; } } }
    policy_macros::policy_fragment! { pub(crate) f159 { grants { autogroup:member -> tag:web on 1160; } } }
    policy_macros::policy_fragment! { pub(crate) f160 { grants { autogroup:member -> tag:web on 1161; } } }
    policy_macros::policy_fragment! { pub(crate) f161 { grants { autogroup:member -> tag:web on 1162; } } }
    policy_macros::policy_fragment! { pub(crate) f162 { grants { autogroup:member -> tag:web on 1163; } } }
    policy_macros::policy_fragment! { pub(crate) f163 { grants { autogroup:member -> tag:web on 1164; } } }
    policy_macros::policy_fragment! { pub(crate) f164 { grants { autogroup:member -> tag:web on 1165; } } }
    policy_macros::policy_fragment! { pub(crate) f165 { grants { autogroup:member -> tag:web on 1166; } } }
    policy_macros::policy_fragment! { pub(crate) f166 { grants { autogroup:member -> tag:web on 1167; } } }
    policy_macros::policy_fragment! { pub(crate) f167 { grants { autogroup:member -> tag:web on 1168; } } }
    policy_macros::policy_fragment! { pub(crate) f168 { grants { autogroup:member -> tag:web on 1169; } } }
    policy_macros::policy_fragment! { pub(crate) f169 { grants { autogroup:member -> tag:web on 1170; } } }
    policy_macros::policy_fragment! { pub(crate) f170 { grants { autogroup:member -> tag:web on 1171; } } }
    policy_macros::policy_fragment! { pub(crate) f171 { grants { autogroup:member -> tag:web on 1172; } } }
    policy_macros::policy_fragment! { pub(crate) f172 { grants { autogroup:member -> tag:web on 1173; } } }
    policy_macros::policy_fragment! { pub(crate) f173 { grants { autogroup:member -> tag:web on 1174; } } }
    policy_macros::policy_fragment! { pub(crate) f174 { grants { autogroup:member -> tag:web on 1175; } } }
    policy_macros::policy_fragment! { pub(crate) f175 { grants { autogroup:member -> tag:web on 1176; } } }
    policy_macros::policy_fragment! { pub(crate) f176 { grants { autogroup:member -> tag:web on 1177; } } }
    policy_macros::policy_fragment! { pub(crate) f177 { grants { autogroup:member -> tag:web on 1178; } } }
    policy_macros::policy_fragment! { pub(crate) f178 { grants { autogroup:member -> tag:web on 1179; } } }
    policy_macros::policy_fragment! { pub(crate) f179 { grants { autogroup:member -> tag:web on 1180; } } }
    policy_macros::policy_fragment! { pub(crate) f180 { grants { autogroup:member -> tag:web on 1181; } } }
    policy_macros::policy_fragment! { pub(crate) f181 { grants { autogroup:member -> tag:web on 1182; } } }
    policy_macros::policy_fragment! { pub(crate) f182 { grants { autogroup:member -> tag:web on 1183; } } }
    policy_macros::policy_fragment! { pub(crate) f183 { grants { autogroup:member -> tag:web on 1184; } } }
    policy_macros::policy_fragment! { pub(crate) f184 { grants { autogroup:member -> tag:web on 1185; } } }
    policy_macros::policy_fragment! { pub(crate) f185 { grants { autogroup:member -> tag:web on 1186; } } }
    policy_macros::policy_fragment! { pub(crate) f186 { grants { autogroup:member -> tag:web on 1187; } } }
    policy_macros::policy_fragment! { pub(crate) f187 { grants { autogroup:member -> tag:web on 1188; } } }
    policy_macros::policy_fragment! { pub(crate) f188 { grants { autogroup:member -> tag:web on 1189; } } }
    policy_macros::policy_fragment! { pub(crate) f189 { grants { autogroup:member -> tag:web on 1190; } } }
    policy_macros::policy_fragment! { pub(crate) f190 { grants { autogroup:member -> tag:web on 1191; } } }
    policy_macros::policy_fragment! { pub(crate) f191 { grants { autogroup:member -> tag:web on 1192; } } }
    policy_macros::policy_fragment! { pub(crate) f192 { grants { autogroup:member -> tag:web on 1193; } } }
    policy_macros::policy_fragment! { pub(crate) f193 { grants { autogroup:member -> tag:web on 1194; } } }
    policy_macros::policy_fragment! { pub(crate) f194 { grants { autogroup:member -> tag:web on 1195; } } }
    policy_macros::policy_fragment! { pub(crate) f195 { grants { autogroup:member -> tag:web on 1196; } } }
    policy_macros::policy_fragment! { pub(crate) f196 { grants { autogroup:member -> tag:web on 1197; } } }
    policy_macros::policy_fragment! { pub(crate) f197 { grants { autogroup:member -> tag:web on 1198; } } }
    policy_macros::policy_fragment! { pub(crate) f198 { grants { autogroup:member -> tag:web on 1199; } } }
    policy_macros::policy_fragment! { pub(crate) f199 { grants { autogroup:member -> tag:web on 1200; } } }
    policy_macros::policy_fragment! { pub(crate) f200 { grants { autogroup:member -> tag:web on 1201; } } }
    policy_macros::policy_fragment! { pub(crate) f201 { grants { autogroup:member -> tag:web on 1202; } } }
    policy_macros::policy_fragment! { pub(crate) f202 { grants { autogroup:member -> tag:web on 1203; } } }
    policy_macros::policy_fragment! { pub(crate) f203 { grants { autogroup:member -> tag:web on 1204; } } }
    policy_macros::policy_fragment! { pub(crate) f204 { grants { autogroup:member -> tag:web on 1205; } } }
    policy_macros::policy_fragment! { pub(crate) f205 { grants { autogroup:member -> tag:web on 1206; } } }
    policy_macros::policy_fragment! { pub(crate) f206 { grants { autogroup:member -> tag:web on 1207; } } }
    policy_macros::policy_fragment! { pub(crate) f207 { grants { autogroup:member -> tag:web on 1208; } } }
    policy_macros::policy_fragment! { pub(crate) f208 { grants { autogroup:member -> tag:web on 1209; } } }
    policy_macros::policy_fragment! { pub(crate) f209 { grants { autogroup:member -> tag:web on 1210; } } }
    policy_macros::policy_fragment! { pub(crate) f210 { grants { autogroup:member -> tag:web on 1211; } } }
    policy_macros::policy_fragment! { pub(crate) f211 { grants { autogroup:member -> tag:web on 1212; } } }
    policy_macros::policy_fragment! { pub(crate) f212 { grants { autogroup:member -> tag:web on 1213; } } }
    policy_macros::policy_fragment! { pub(crate) f213 { grants { autogroup:member -> tag:web on 1214; } } }
    policy_macros::policy_fragment! { pub(crate) f214 { grants { autogroup:member -> tag:web on 1215; } } }
    policy_macros::policy_fragment! { pub(crate) f215 { grants { autogroup:member -> tag:web on 1216; } } }
    policy_macros::policy_fragment! { pub(crate) f216 { grants { autogroup:member -> tag:web on 1217; } } }
    policy_macros::policy_fragment! { pub(crate) f217 { grants { autogroup:member -> tag:web on 1218; } } }
    policy_macros::policy_fragment! { pub(crate) f218 { grants { autogroup:member -> tag:web on 1219; } } }
    policy_macros::policy_fragment! { pub(crate) f219 { grants { autogroup:member -> tag:web on 1220; } } }
}

mod tailnet {
    policy_macros::policy! {
        tagOwners { tag:web = autogroup:admin; }
        use crate::parts::f0;
        use crate::parts::f1;
        use crate::parts::f2;
        use crate::parts::f3;
        use crate::parts::f4;
        use crate::parts::f5;
        use crate::parts::f6;
        use crate::parts::f7;
        use crate::parts::f8;
        use crate::parts::f9;
        use crate::parts::f10;
        use crate::parts::f11;
        use crate::parts::f12;
        use crate::parts::f13;
        use crate::parts::f14;
        use crate::parts::f15;
        use crate::parts::f16;
        use crate::parts::f17;
        use crate::parts::f18;
        use crate::parts::f19;
        use crate::parts::f20;
        use crate::parts::f21;
        use crate::parts::f22;
        use crate::parts::f23;
        use crate::parts::f24;
        use crate::parts::f25;
        use crate::parts::f26;
        use crate::parts::f27;
        use crate::parts::f28;
        use crate::parts::f29;
        use crate::parts::f30;
        use crate::parts::f31;
        use crate::parts::f32;
        use crate::parts::f33;
        use crate::parts::f34;
        use crate::parts::f35;
        use crate::parts::f36;
        use crate::parts::f37;
        use crate::parts::f38;
        use crate::parts::f39;
        use crate::parts::f40;
        use crate::parts::f41;
        use crate::parts::f42;
        use crate::parts::f43;
        use crate::parts::f44;
        use crate::parts::f45;
        use crate::parts::f46;
        use crate::parts::f47;
        use crate::parts::f48;
        use crate::parts::f49;
        use crate::parts::f50;
        use crate::parts::f51;
        use crate::parts::f52;
        use crate::parts::f53;
        use crate::parts::f54;
        use crate::parts::f55;
        use crate::parts::f56;
        use crate::parts::f57;
        use crate::parts::f58;
        use crate::parts::f59;
        use crate::parts::f60;
        use crate::parts::f61;
        use crate::parts::f62;
        use crate::parts::f63;
        use crate::parts::f64;
        use crate::parts::f65;
        use crate::parts::f66;
        use crate::parts::f67;
        use crate::parts::f68;
        use crate::parts::f69;
        use crate::parts::f70;
        use crate::parts::f71;
        use crate::parts::f72;
        use crate::parts::f73;
        use crate::parts::f74;
        use crate::parts::f75;
        use crate::parts::f76;
        use crate::parts::f77;
        use crate::parts::f78;
        use crate::parts::f79;
        use crate::parts::f80;
        use crate::parts::f81;
        use crate::parts::f82;
        use crate::parts::f83;
        use crate::parts::f84;
        use crate::parts::f85;
        use crate::parts::f86;
        use crate::parts::f87;
        use crate::parts::f88;
        use crate::parts::f89;
        use crate::parts::f90;
        use crate::parts::f91;
        use crate::parts::f92;
        use crate::parts::f93;
        use crate::parts::f94;
        use crate::parts::f95;
        use crate::parts::f96;
        use crate::parts::f97;
        use crate::parts::f98;
        use crate::parts::f99;
        use crate::parts::f100;
        use crate::parts::f101;
        use crate::parts::f102;
        use crate::parts::f103;
        use crate::parts::f104;
        use crate::parts::f105;
        use crate::parts::f106;
        use crate::parts::f107;
        use crate::parts::f108;
        use crate::parts::f109;
        use crate::parts::f110;
        use crate::parts::f111;
        use crate::parts::f112;
        use crate::parts::f113;
        use crate::parts::f114;
        use crate::parts::f115;
        use crate::parts::f116;
        use crate::parts::f117;
        use crate::parts::f118;
        use crate::parts::f119;
        use crate::parts::f120;
        use crate::parts::f121;
        use crate::parts::f122;
        use crate::parts::f123;
        use crate::parts::f124;
        use crate::parts::f125;
        use crate::parts::f126;
        use crate::parts::f127;
        use crate::parts::f128;
        use crate::parts::f129;
        use crate::parts::f130;
        use crate::parts::f131;
        use crate::parts::f132;
        use crate::parts::f133;
        use crate::parts::f134;
        use crate::parts::f135;
        use crate::parts::f136;
        use crate::parts::f137;
        use crate::parts::f138;
        use crate::parts::f139;
        use crate::parts::f140;
        use crate::parts::f141;
        use crate::parts::f142;
        use crate::parts::f143;
        use crate::parts::f144;
        use crate::parts::f145;
        use crate::parts::f146;
        use crate::parts::f147;
        use crate::parts::f148;
        use crate::parts::f149;
        use crate::parts::f150;
        use crate::parts::f151;
        use crate::parts::f152;
        use crate::parts::f153;
        use crate::parts::f154;
        use crate::parts::f155;
        use crate::parts::f156;
        use crate::parts::f157;
        use crate::parts::f158;
        use crate::parts::f159;
        use crate::parts::f160;
        use crate::parts::f161;
        use crate::parts::f162;
        use crate::parts::f163;
        use crate::parts::f164;
        use crate::parts::f165;
        use crate::parts::f166;
        use crate::parts::f167;
        use crate::parts::f168;
        use crate::parts::f169;
        use crate::parts::f170;
        use crate::parts::f171;
        use crate::parts::f172;
        use crate::parts::f173;
        use crate::parts::f174;
        use crate::parts::f175;
        use crate::parts::f176;
        use crate::parts::f177;
        use crate::parts::f178;
        use crate::parts::f179;
        use crate::parts::f180;
        use crate::parts::f181;
        use crate::parts::f182;
        use crate::parts::f183;
        use crate::parts::f184;
        use crate::parts::f185;
        use crate::parts::f186;
        use crate::parts::f187;
        use crate::parts::f188;
        use crate::parts::f189;
        use crate::parts::f190;
        use crate::parts::f191;
        use crate::parts::f192;
        use crate::parts::f193;
        use crate::parts::f194;
        use crate::parts::f195;
        use crate::parts::f196;
        use crate::parts::f197;
        use crate::parts::f198;
        use crate::parts::f199;
        use crate::parts::f200;
        use crate::parts::f201;
        use crate::parts::f202;
        use crate::parts::f203;
        use crate::parts::f204;
        use crate::parts::f205;
        use crate::parts::f206;
        use crate::parts::f207;
        use crate::parts::f208;
        use crate::parts::f209;
        use crate::parts::f210;
        use crate::parts::f211;
        use crate::parts::f212;
        use crate::parts::f213;
        use crate::parts::f214;
        use crate::parts::f215;
        use crate::parts::f216;
        use crate::parts::f217;
        use crate::parts::f218;
        use crate::parts::f219;
    }
}

fn main() {
    assert_eq!(tailnet::POLICY.grants.as_ref().unwrap().len(), 220);
}
